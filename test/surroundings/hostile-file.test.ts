// One file that is made to keep a reader busy, among others, with a single worker.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { temporaryFolder } from "../support/folder.ts";
import { writeTable } from "../support/parquet.ts";
import { type Service, startService } from "../support/service.ts";

let service: Service;
const folder = temporaryFolder("hostile-file");
/** To read the file takes longer, on any machine; all else is starting processes. */
const mostSeconds = 60;

beforeAll(async () => {
  const nested = `${"[".repeat(28)}1${"]".repeat(28)}`;
  await writeTable(join(folder, "a.parquet"), `select 1 as x, ${nested} as deep`);
  for (const name of ["b", "c", "d"])
    await writeTable(join(folder, `${name}.parquet`), "select 1 as x, [1] as deep");
  service = await startService({ INPUT_ROOTS: folder, LOCAL_WORKERS: "1" });
}, 120_000);
afterAll(async () => {
  await service?.remove();
  rmSync(folder, { recursive: true });
});

test("28 lists within each other are that file's failure, and the others are done", async () => {
  const client = new Longshore({ url: service.url });
  const began = performance.now();
  const { id } = await client.submit({
    dataset: { files: ["a", "b", "c", "d"].map((name) => join(folder, `${name}.parquet`)) },
    steps: [{ operation: "transform", selection: "select * from input" }],
  });
  const ended = await client.wait(id);
  expect((performance.now() - began) / 1_000).toBeLessThan(mostSeconds);
  expect(ended).toMatchObject({ state: "complete", counters: { done: 3, failed: 1 } });
  const { items } = await client.errors(id);
  expect(items[0]?.message).toContain('the column "deep" has more than');
});
