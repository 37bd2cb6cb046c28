// Every odd file, read from a disk, from a web server and from a step before, in three formats; the
// results read by pyarrow and Python.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TaskContext, TaskOutcome } from "../../src/operations/contract.ts";
import { transform } from "../../src/operations/transform/index.ts";
import { venv } from "../clients/venv.ts";
import { testTask, testTaskContext } from "../operations/task-context.ts";
import { temporaryFolder } from "../support/folder.ts";
import type { FileCase } from "./case.ts";
import { cases } from "./cases/index.ts";
import { openReader, type ResultReader } from "./reader.ts";
import { differenceOf } from "./same.ts";

const folder = temporaryFolder("odd-files");
const formats = ["parquet", "csv", "json"] as const;
type Format = (typeof formats)[number];
let reader: ResultReader;
let server: Server;
let origin: string;
let served: Buffer = Buffer.alloc(0);

beforeAll(async () => {
  reader = openReader(await venv("files", ["pyarrow==26.0.1", "pandas==3.1.1"]));
  server = createServer((_, response) => response.end(served));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  reader.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const transports = {
  "a disk": async (one: FileCase, bytes: Buffer) => {
    const path = join(folder, "in", one.file);
    mkdirSync(join(folder, "in"), { recursive: true });
    writeFileSync(path, bytes);
    return { replicas: [path], inputs: [] };
  },
  "a web server": async (one: FileCase, bytes: Buffer) => {
    served = bytes;
    return { replicas: [`${origin}/${encodeURIComponent(one.file)}`], inputs: [] };
  },
  "a signed URL of a step before": async (one: FileCase, bytes: Buffer) => {
    served = bytes;
    const url = `${origin}/bucket/${encodeURIComponent(one.file)}?X-Amz-Signature=abc`;
    return { replicas: ["/never/read"], inputs: [url] };
  },
};

for (const [transport, place] of Object.entries(transports))
  describe.each(formats)(`from ${transport} as %s`, (format) => {
    const fitting = cases.filter((one) => (one.formats ?? formats).includes(format));
    test.each(fitting.map((one) => [one.name, one] as const))("%s", async (_, one) => {
      const bytes = Buffer.from(typeof one.bytes === "function" ? await one.bytes() : one.bytes);
      const { replicas, inputs } = await place(one, bytes);
      const outcome = await performed(one, format, replicas, inputs);
      if (one.fails) expectFailure(one.fails, outcome);
      else await expectRows(one, outcome, format);
    });
  });

async function performed(
  one: FileCase,
  format: Format,
  replicas: string[],
  inputs: string[],
): Promise<TaskOutcome> {
  const settings = transform.settings.parse({
    selection: one.selection ?? "select * from input",
    format,
    ...(one.read && { read: one.read }),
    ...one.step,
  });
  return transform.perform(testTask(settings, replicas, { inputs }), context(inputs));
}

function context(trusted: string[]): TaskContext {
  return testTaskContext(folder, {}, { hosts: ["127.0.0.1"], trusted, megabytes: 64 });
}

function expectFailure(words: (string | RegExp)[], outcome: TaskOutcome): void {
  expect(outcome).toMatchObject({ status: "failure", error: { class: "bad_input" } });
  const message = "error" in outcome ? outcome.error.message : "";
  for (const word of words)
    if (word instanceof RegExp) expect(message).toMatch(word);
    else expect(message).toContain(word);
}

async function expectRows(one: FileCase, outcome: TaskOutcome, format: Format): Promise<void> {
  expect(outcome).toMatchObject({ status: "success" });
  const path = join(folder, "uploads", "1-1-1-out.parquet");
  const rows = await reader.rows(path, format);
  // A CSV of one column has an empty line where there is no value, and no JSON row has no columns
  const wrong = differenceOf(one.rows ?? [], rows, format);
  if (wrong) expect.fail(`${wrong}: ${JSON.stringify(rows).slice(0, 1000)}`);
}
