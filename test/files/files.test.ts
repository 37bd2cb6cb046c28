// Every odd file, over every way in and in three formats, by the operation alone; pyarrow and
// Python read the results. `service.test.ts` sends the same files through a started service.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TaskContext, TaskOutcome } from "../../src/operations/contract.ts";
import { transform } from "../../src/operations/transform/index.ts";
import { testTask, testTaskContext } from "../operations/task-context.ts";
import { temporaryFolder } from "../support/folder.ts";
import { bytesOf, type FileCase, type Format, formats, stepOf } from "./case.ts";
import { cases } from "./cases/index.ts";
import { openReader, type ResultReader } from "./reader.ts";
import { differenceOf } from "./same.ts";
import { openWays, type Ways } from "./ways.ts";

const folder = temporaryFolder("odd-files");
let reader: ResultReader;
let ways: Ways;

beforeAll(async () => {
  reader = await openReader();
  ways = await openWays(folder);
});
afterAll(async () => {
  reader.close();
  await ways.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Placed {
  replicas: string[];
  inputs: string[];
}

const waysIn: Record<string, (file: string, bytes: Buffer) => Promise<Placed>> = {
  "a disk": async (file, bytes) => ({ replicas: [await ways.disk(file, bytes)], inputs: [] }),
  "a web server": async (file, bytes) => ({ replicas: [await ways.web(file, bytes)], inputs: [] }),
  "an S3 server": async (file, bytes) => ({ replicas: [await ways.s3(file, bytes)], inputs: [] }),
  "a step before": async (file, bytes) => ({
    replicas: ["/never/read"],
    inputs: [`${await ways.web(file, bytes)}?X-Amz-Signature=abc`],
  }),
};

for (const [way, place] of Object.entries(waysIn))
  describe.each(formats)(`from ${way} as %s`, (format) => {
    const fitting = cases.filter((one) => (one.formats ?? formats).includes(format));
    test.each(fitting.map((one) => [one.name, one] as const))("%s", async (_, one) => {
      const { replicas, inputs } = await place(one.file, await bytesOf(one));
      const settings = transform.settings.parse(stepOf(one, format));
      const outcome = await transform.perform(
        testTask(settings, replicas, { inputs }),
        context(way, inputs),
      );
      if (one.fails) expectFailure(one.fails, outcome);
      else await expectRows(one, outcome, format);
    });
  });

/** What a step before made is trusted by its URL, whatever INPUT_HOSTS says. */
function context(way: string, trusted: string[]): TaskContext {
  const hosts = way === "a step before" ? [] : ["127.0.0.1"];
  return testTaskContext(folder, {}, { hosts, trusted, megabytes: 64 });
}

function expectFailure(words: (string | RegExp)[], outcome: TaskOutcome): void {
  const message = "error" in outcome ? outcome.error.message : "";
  expect(outcome, message).toMatchObject({ status: "failure", error: { class: "bad_input" } });
  for (const word of words)
    if (word instanceof RegExp) expect(message).toMatch(word);
    else expect(message).toContain(word);
}

async function expectRows(one: FileCase, outcome: TaskOutcome, format: Format): Promise<void> {
  if ("error" in outcome) expect.fail(`${outcome.error.class}: ${outcome.error.message}`);
  const path = join(folder, "uploads", "1-1-1-out.parquet");
  const rows = await reader.rows(path, format);
  const wrong = differenceOf(one.rows ?? [], rows, format);
  if (wrong) expect.fail(`${wrong}: ${JSON.stringify(rows).slice(0, 1000)}`);
}
