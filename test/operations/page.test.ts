import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { temporaryFolder } from "../support/folder.ts";
import { count } from "./count.ts";
import { testTask, testTaskContext, testUpload } from "./task-context.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const folder = temporaryFolder("count");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the example of doc/adding-an-operation.md is the operation that the suite performs", () => {
  const page = read("../../doc/adding-an-operation.md");
  const [, example = ""] = /^ {3}```ts\n(.*?)^ {3}```$/ms.exec(page) ?? [];
  const source = read("./count.ts")
    .replace(/^\/\/.*\n/, "")
    .replace('"../../src/operations/contract.ts"', '"../contract.ts"');
  expect(example.replaceAll(/^ {3}/gm, "")).toBe(source);
});

test.each([
  ["one\ntwo\n", {}, 2],
  ["", {}, 0],
  ["a;b;c;", { end: ";" }, 3],
])("%j with the settings %j has %i lines", async (content, given, lines) => {
  const path = join(folder, "input.txt");
  writeFileSync(path, content);
  const context = testTaskContext(folder);
  const uploads = [testUpload("1-1-1-lines.json")];
  const task = testTask(count.settings.parse(given), [path], { operation: "count", uploads });
  expect(await count.perform(task, context)).toMatchObject({ status: "success" });
  const stored = readFileSync(join(context.uploads, "1-1-1-lines.json"), "utf8");
  expect(JSON.parse(stored)).toEqual({ lines });
});
