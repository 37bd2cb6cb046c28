import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allOperations, enabledOperations } from "../../src/operations/index.ts";
import { temporaryFolder } from "../support/folder.ts";
import { writeTable } from "../support/parquet.ts";
import { testSite, testTask } from "./task-context.ts";

const folder = temporaryFolder("operations");
const input = join(folder, "input.parquet");
/** Settings that work, for every operation of the list. */
const good: Record<string, Record<string, unknown>> = {
  transform: { selection: "select x, x * 2 as y from input" },
  noop: {},
};

beforeAll(() => writeTable(input, "SELECT i AS x FROM range(10) t(i)"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(allOperations.map((operation) => [operation.name, operation] as const))(
  "%s",
  (name, operation) => {
    const settings = () => operation.settings.parse(good[name]);
    const task = () => testTask(settings(), [input], { operation: name });

    test("says in one line what it does", () => {
      expect(operation.summary).toMatch(/^[A-Z][^\n]{20,160}\.$/);
    });

    test("refuses junk settings with a path, and what it does not know", () => {
      for (const junk of [null, 1, "text", [], { ...good[name], surprise: 1 }]) {
        const { error } = operation.settings.safeParse(junk);
        expect(error?.issues.length, JSON.stringify(junk)).toBeGreaterThan(0);
      }
      const { error } = operation.settings.safeParse({ ...good[name], surprise: 1 });
      expect(error?.issues[0]).toMatchObject({
        code: "unrecognized_keys",
        keys: ["surprise"],
        path: [],
      });
      for (const key of Object.keys(good[name] ?? {})) {
        const wrong = operation.settings.safeParse({ ...good[name], [key]: 7 });
        expect(wrong.error?.issues[0]?.path).toEqual([key]);
      }
    });

    test("takes settings that it has parsed once, as the ledger keeps them", () => {
      expect(operation.settings.parse(JSON.parse(JSON.stringify(settings())))).toEqual(settings());
    });

    test("names a result in plain letters and at most 100 bytes, for any replica", () => {
      for (const replica of [
        "",
        "/",
        "/a/b.parquet",
        "../../x",
        "https://h/x?y=/z",
        "ä".repeat(300),
        "\0",
        "a b\nc",
      ]) {
        const result = operation.outputName?.(settings(), replica);
        if (result !== undefined) expect(result).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);
      }
    });

    test("performed twice has the same outcome", async () => {
      await operation.check?.(settings(), { firstFile: [input], inputRoots: [folder] });
      const first = await operation.perform(task(), testSite(folder));
      expect(first).toMatchObject({ status: "success" });
      expect(await operation.perform(task(), testSite(folder))).toEqual(first);
    });

    test("interrupted ends soon, and can be performed again", async () => {
      const interrupted = await operation.perform(
        task(),
        testSite(folder, { signal: AbortSignal.abort() }),
      );
      expect(interrupted).toHaveProperty("status");
      expect(await operation.perform(task(), testSite(folder))).toMatchObject({
        status: "success",
      });
    });
  },
);

test("the list has no name twice, and a name that is not in it is refused with those that are", () => {
  const names = allOperations.map((operation) => operation.name);
  expect(new Set(names).size).toBe(names.length);
  expect(enabledOperations(["noop", "noop"]).map((operation) => operation.name)).toEqual(["noop"]);
  expect(() => enabledOperations(["transfrom"])).toThrow(
    `There is no operation "transfrom"; known are ${names.join(", ")}.`,
  );
});
