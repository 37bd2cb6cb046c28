// What holds of every operation of the list, whoever wrote it.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readConfig, settingNames } from "../../src/config.ts";
import { errorClasses, type Operation } from "../../src/operations/contract.ts";
import { allOperations } from "../../src/operations/index.ts";
import {
  isServiceOperation,
  isWorkerOperation,
  operationsNamed,
} from "../../src/operations/offered.ts";
import { facilityNames } from "../../src/settings/facility.ts";
import { temporaryFolder } from "../support/folder.ts";
import { count } from "./count.ts";
import { testTask, testTaskContext, testUpload } from "./task-context.ts";
import { waitOperation } from "./wait/operation.ts";

const folder = temporaryFolder("operations");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const operations: readonly Operation[] = [...allOperations, count, waitOperation()];
const facilities = readConfig({}, operations).facility;
const named = <Kind extends Operation>(list: readonly Kind[]) =>
  list.map((operation) => [operation.name, operation] as const);

/** Paths of every kind that a user may name. */
const oddPaths = [
  "",
  "/",
  "/a/b.parquet",
  "../../x",
  "https://h/x?y=/z",
  "ä".repeat(300),
  "\0",
  "a b\nc",
];

describe.each(named(operations))("%s", (_, operation) => {
  const { example } = operation;
  const settings = () => operation.settings.parse(example.settings);

  test("says in one line what it does", () => {
    expect(operation.summary).toMatch(/^[A-Z][^\n]{20,160}\.$/);
  });

  test("refuses settings that are none, with a path, and keys it does not know", () => {
    for (const junk of [null, 1, "text", [], { ...example.settings, surprise: 1 }]) {
      const { error } = operation.settings.safeParse(junk);
      expect(error?.issues.length, JSON.stringify(junk)).toBeGreaterThan(0);
    }
    const { error } = operation.settings.safeParse({ ...example.settings, surprise: 1 });
    expect(error?.issues[0]).toMatchObject({
      code: "unrecognized_keys",
      keys: ["surprise"],
      path: [],
    });
    for (const key of Object.keys(example.settings)) {
      const wrong = operation.settings.safeParse({ ...example.settings, [key]: () => 7 });
      expect(wrong.error?.issues[0]?.path).toEqual([key]);
    }
  });

  test("takes settings that it has parsed once, as the ledger keeps them", () => {
    expect(operation.settings.parse(JSON.parse(JSON.stringify(settings())))).toEqual(settings());
  });

  test("takes its example at submit", async () => {
    const facility = facilities[operation.name] ?? {};
    const firstFiles = [[exampleFile(operation)]];
    await operation.check?.(settings(), {
      owner: "local",
      firstFiles,
      inputFolders: { roots: [folder], closed: [] },
      scratch: join(folder, "checks"),
      facility,
    });
  });

  test("fails a request early only for classes that it declares", () => {
    const declared = [...errorClasses, ...(operation.errorClasses ?? [])];
    expect(declared).toEqual(expect.arrayContaining([...(operation.failFastClasses ?? [])]));
    expect(new Set(declared).size).toBe(declared.length);
    for (const word of declared) expect(word).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
  });

  test("describes each variable of the facility", () => {
    for (const [name, schema] of Object.entries(operation.facility?.shape ?? {})) {
      expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
      expect((schema as { description?: string }).description, name).toMatch(/\S/);
    }
  });
});

describe.each(named(operations.filter(isWorkerOperation)))(
  "worker operation %s",
  (name, operation) => {
    const settings = () => operation.settings.parse(operation.example.settings);
    const outputs = (path: string) => operation.outputs?.(settings(), { replicas: [path] }) ?? [];
    const task = () => {
      const path = exampleFile(operation);
      const uploads = outputs(path).map((output) => testUpload(`1-1-1-${output}`));
      return testTask(settings(), [path], { operation: name, uploads });
    };

    test("names results in plain letters and at most 100 bytes, none twice, for any file", () => {
      for (const path of oddPaths) {
        const results = outputs(path);
        expect(new Set(results).size).toBe(results.length);
        for (const result of results) expect(result).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);
      }
    });

    test("puts what it names, and performed twice has the same outcome", async () => {
      const first = await operation.perform(task(), testTaskContext(folder));
      expect(first).toMatchObject({ status: "success" });
      const { results } = first as { results: { name: string }[] };
      expect(results.map((result) => result.name)).toEqual(
        task().uploads.map((upload) => upload.name),
      );
      expect(await operation.perform(task(), testTaskContext(folder))).toEqual(first);
    });

    test("interrupted ends within two seconds, and can be performed again", async () => {
      const started = performance.now();
      const outcome = await operation
        .perform(task(), testTaskContext(folder, { signal: AbortSignal.abort() }))
        .catch((error: Error) => ({ status: "thrown", error }));
      expect(performance.now() - started).toBeLessThan(2000);
      expect(["success", "retry", "failure", "thrown"]).toContain(outcome.status);
      expect(await operation.perform(task(), testTaskContext(folder))).toMatchObject({
        status: "success",
      });
    });
  },
);

describe
  .runIf(operations.some(isServiceOperation))
  .each(named(operations.filter(isServiceOperation)))("service operation %s", (name, operation) => {
  const facility = facilities[name] ?? {};

  test("has a group for any file, the same each time", () => {
    const settings = operation.settings.parse(operation.example.settings);
    for (const path of oddPaths) {
      const group = () => operation.group(settings, { replicas: [path], facility });
      expect(typeof group()).toBe("string");
      expect(group()).toBe(group());
    }
  });

  test("has batches that can fill and that do not wait for ever", () => {
    const { files, afterSeconds, tasksAtOnce = 1 } = operation.batch(facility);
    expect(files).toBeGreaterThanOrEqual(1);
    expect(files).toBeLessThanOrEqual(10_000);
    expect(afterSeconds).toBeGreaterThanOrEqual(0);
    expect(Number.isFinite(afterSeconds)).toBe(true);
    expect(tasksAtOnce).toBeGreaterThanOrEqual(1);
  });
});

test("no name is there twice, no variable belongs to two, and an unknown name is refused", () => {
  const names = operations.map((operation) => operation.name);
  expect(new Set(names).size).toBe(names.length);
  expect(() => facilityNames(operations, settingNames)).not.toThrow();
  expect(operationsNamed(operations, ["noop", "noop"]).map(({ name }) => name)).toEqual(["noop"]);
  expect(() => operationsNamed(operations, ["transfrom"])).toThrow(
    `There is no operation "transfrom" here; known: ${names.join(", ")}.`,
  );
});

function exampleFile({ name, example }: Operation): string {
  const path = join(folder, `${name}-${example.file?.name ?? "file.txt"}`);
  writeFileSync(path, example.file?.content ?? "one line\n");
  return path;
}
