import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { withOperationSettings } from "../doc/generate/operation-settings.ts";
import { settingNames } from "../src/config.ts";
import { allOperations } from "../src/operations/index.ts";
import { facilityNames } from "../src/settings/facility.ts";
import { wholeNumber } from "../src/settings/values.ts";

const page = readFileSync(new URL("../doc/settings.md", import.meta.url), "utf8");

test("doc/settings.md names every setting, and none that is not there", () => {
  const expected = [...settingNames, ...facilityNames(allOperations, settingNames)];
  expect(namesIn(page).toSorted()).toEqual(expected.toSorted());
});

test("the settings of operations are current: npm run generate", () => {
  expect(withOperationSettings(page, allOperations)).toBe(page);
});

test("an operation's variables are rows with their default and meaning", () => {
  const facility = z.object({
    TAPE_LIMIT: wholeNumber(1, 9).default(3).describe("recalls at once"),
    TAPE_HOST: z.string().optional().describe("where the tape is"),
  });
  const made = withOperationSettings(page, [{ name: "tape", facility }]);
  expect(made).toContain("| `TAPE_LIMIT` | `3` | recalls at once (tape) |");
  expect(made).toContain("| `TAPE_HOST` | unset | where the tape is (tape) |");
  expect(withOperationSettings(made, allOperations)).toBe(page);
});

function namesIn(text: string): (string | undefined)[] {
  const rows = text.split("\n").filter((line) => line.startsWith("| `"));
  return rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`([A-Z0-9_]+)`/g)].map((found) => found[1]),
  );
}
