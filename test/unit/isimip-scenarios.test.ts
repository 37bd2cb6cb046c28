// Each row of the contract of the ISIMIP Files API has a test, or a reason why there is none.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { scenarios } from "../facades/isimip/scenarios.ts";

const rows = (letter: string, first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => letter + (first + index));

test("every row of the contract is there once", () => {
  expect(scenarios.map(({ row }) => row)).toEqual([
    ...[...rows("A", 0, 14), ...rows("E", 1, 13), ...rows("W", 1, 19)],
  ]);
});

/** As they are written: the first text behind `test(` or a list of cases. */
function titlesOf(path: string): Set<string> {
  const text = readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8");
  const titles = text.matchAll(/(?:\btest\(|\]\)\(|>\(\[?|\)\()\s*(["'`])(.+?)\1,/g);
  return new Set([...titles].map(([, , title = ""]) => title));
}

test.each(scenarios)("the tests of $row exist: $what", ({ tests, none }) => {
  expect(Object.keys(tests).length > 0 || none !== undefined).toBe(true);
  for (const [path, names] of Object.entries(tests)) {
    const titles = titlesOf(path);
    expect(names.filter((name) => !titles.has(name))).toEqual([]);
  }
});
