import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { settingNames } from "../src/config.ts";

test("doc/settings.md names every setting, and none that is not there", () => {
  const page = readFileSync(new URL("../doc/settings.md", import.meta.url), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`([A-Z0-9_]+)`/g)].map((found) => found[1]),
  );
  expect(named.toSorted()).toEqual(settingNames.toSorted());
});
