import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { freshDatabase } from "../support/database.ts";
import { checkRowTypes } from "./check.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = "test/row-types/example";
const source = readFileSync(join(root, folder, "store.ts"), "utf8").split("\n");

/** The function of the example that a problem's line is in. */
function named(problem: string): string {
  const [, line, rest = ""] = /^\S+:(\d+) (.*)$/.exec(problem) ?? [];
  const above = source
    .slice(0, Number(line))
    .findLast((text) => text.startsWith("export function"));
  return `${/function (\w+)/.exec(above ?? "")?.[1]}: ${rest}`;
}

test("wrong types, names, nulls and statements are found, and right ones are not", async () => {
  const database = await freshDatabase();
  try {
    const checked = await checkRowTypes({ root, folder, url: database.url });
    expect(checked.problems.map(named).sort()).toEqual([
      'wrongInOneOrder: Postgres refuses the statement: column "made_at" does not exist',
      "wrongName: has no column identity, which its row type states",
      "wrongName: selects id, which its row type does not have",
      "wrongNullable: column deadline may be null",
      "wrongNumeric: column total is a string, not a number",
      "wrongParameterName: a Query is to be called query, not ask",
      expect.stringMatching(/^wrongSharedName: the statement is named requests, like that of \S+$/),
      "wrongType: column id is a string, not a number",
    ]);
    expect(checked.unknown.map(named)).toEqual(["unknownText: (condition)"]);
    expect(checked.statements).toBe(12);
  } finally {
    await database.drop();
  }
});
