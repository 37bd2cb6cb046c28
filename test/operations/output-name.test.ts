import { expect, test } from "vitest";
import { outputNameOf } from "../../src/operations/transform/output-name.ts";

test.each([
  ["/data/muons.parquet", "muons.parquet"],
  ["https://host/a/b.csv.gz?token=secret", "b.parquet"],
  ["/data/größe, (1).parquet", "gro_e_1_.parquet"],
  ["/data/..parquet", "result.parquet"],
  ["", "result.parquet"],
  ["/data/日本.json", "result.parquet"],
  ["root://x//run#1.root", "run.parquet"],
])("the result of %s is called %s", (replica, name) => {
  expect(outputNameOf(replica, "parquet")).toBe(name);
  expect(Buffer.byteLength(outputNameOf(replica, "parquet"))).toBeLessThanOrEqual(100);
});

test("a long name is cut to 100 bytes", () => {
  expect(outputNameOf(`/${"long".repeat(100)}.parquet`, "parquet")).toBe(
    `${"long".repeat(23)}.parquet`,
  );
});
