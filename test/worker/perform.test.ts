// What a worker reports of an operation that lets an error of its input through.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLog } from "../../src/log.ts";
import { perform } from "../../src/worker/perform.ts";
import { count } from "../operations/count.ts";
import { testTask } from "../operations/task-context.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";

const folder = temporaryFolder("perform");
const inputs = join(folder, "inputs");
beforeAll(() => {
  mkdirSync(inputs);
  writeFileSync(join(inputs, "large.txt"), Buffer.alloc(2 * 2 ** 20));
  writeFileSync(join(folder, "outside.txt"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

function performed(location: string) {
  const settings = {
    scratch: join(folder, "scratch"),
    inputFolders: { roots: [inputs], closed: [] },
    inputHosts: ["127.0.0.1"],
    inputMegabytes: 1,
    limits: { memoryMegabytes: 256, seconds: 30, outputMegabytes: 64, threads: 1 },
    facility: {},
  };
  const task = testTask({ end: "\n" }, [location]);
  return perform(count, task, AbortSignal.timeout(30_000), settings, silentLog());
}

test.each([
  ["a file that is not there", "inputs/none.txt", "not_found", /none\.txt/],
  ["a file that may not be read", "outside.txt", "forbidden", /INPUT_ROOTS/],
  ["a folder", "inputs", "bad_input", /is a folder, and a list/],
])("%s fails with its own class", async (_name, path, expected, message) => {
  expect(await performed(join(folder, path))).toMatchObject({
    status: "failure",
    error: { class: expected, message: expect.stringMatching(message) },
  });
});

test("a file of a folder that this worker may not read is left to another one", async () => {
  const { error } = await performed(join(folder, "outside.txt"));
  expect(error).toMatchObject({ class: "forbidden", here: true });
});

test("a server that is away is tried again", async () => {
  const [port = 0] = await freePorts(1);
  expect(await performed(`http://127.0.0.1:${port}/a.txt`)).toMatchObject({
    status: "retry",
    error: { class: "unavailable", message: expect.stringContaining("nothing listens there") },
  });
});
