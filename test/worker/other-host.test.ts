// A worker on another host: another user, who may read nothing of the service's machine, in another
// view of the file system, and with nothing but HTTP to the service.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { childEnvironment } from "../../src/config.ts";
import { anotherUid } from "../attacks/as-user.ts";
import { type Running, startProgram } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { program } from "../support/program.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

const apart = ["--mount", "--propagation", "private"];
const canBeApart =
  process.getuid?.() === 0 && spawnSync("unshare", [...apart, "true"]).status === 0;

const folder = temporaryFolder("other-host");
const data = join(folder, "data");
const there = join(folder, "there");
const files = Array.from({ length: 6 }, (_, index) => join(data, `${index}.csv`));
const two = [
  { operation: "transform", selection: "select x, x * 2 as y from input" } as const,
  { operation: "transform", selection: "select sum(y) as s from input", format: "csv" } as const,
];
let service: Service;
let client: Longshore;
let worker: Running;

describe.skipIf(!canBeApart)("a worker on another host", () => {
  beforeAll(async () => {
    mkdirSync(data, { mode: 0o700 });
    mkdirSync(there);
    chmodSync(there, 0o777);
    for (const file of files) writeFileSync(file, "x\n1\n2\n");
    service = await startService({ RUNNER: "external", INPUT_ROOTS: data, FILE_ATTEMPTS: "1" });
    client = new Longshore({ url: service.url });
    worker = work("elsewhere");
    await until(() => worker.stderr().includes("the worker takes work"));
  });
  afterAll(async () => {
    await stop(worker);
    await service?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test("reads files of the service's machine and writes results through the service", async () => {
    const { id } = await client.submit({ dataset: { files }, steps: two });
    const ended = await client.wait(id);
    expect(ended.counters).toMatchObject({ done: 6, failed: 0 });
    const made: string[] = [];
    for await (const { url } of client.results(id)) made.push(await (await fetch(url)).text());
    expect(made).toEqual(files.map(() => "s\n6\n"));
  });

  test("gives back what the service may not read either, and takes other files", async () => {
    const outside = join(folder, "outside.csv");
    writeFileSync(outside, "x\n1\n");
    const { id } = await client.submit({ dataset: { files: [outside] }, steps: two });
    await until(async () => (await client.get(id)).waiting?.sentence.includes("INPUT_ROOTS"));
    const other = await client.submit({ dataset: { files }, steps: two });
    expect((await client.wait(other.id)).counters).toMatchObject({ done: 6 });
    expect((await client.get(id)).counters).toMatchObject({ failed: 0 });
  });

  test("fails a file that is missing on the service's machine", async () => {
    const missing = join(data, "missing.csv");
    const { id } = await client.submit({ dataset: { files: [missing, ...files] }, steps: two });
    expect((await client.wait(id)).counters).toMatchObject({ done: 6, failed: 1 });
    const [group] = (await client.errors(id)).items;
    expect(group).toMatchObject({ class: "not_found" });
  });

  test("reads a file of its own where INPUT_ROOTS is set for it", async () => {
    const mine = join(there, "mine.csv");
    writeFileSync(mine, "x\n50\n");
    const { id } = await client.submit({ dataset: { files: [mine] }, steps: two });
    await until(async () => (await client.get(id)).waiting?.sentence.includes("INPUT_ROOTS"));
    const rooted = work("rooted", { INPUT_ROOTS: there });
    expect((await client.wait(id)).counters).toMatchObject({ done: 1 });
    await stop(rooted);
  });
});

function work(name: string, env: Record<string, string> = {}): Running {
  const token = readFileSync(join(service.dataDir, "local-token"), "utf8").trim();
  const user = ["setpriv", `--reuid=${anotherUid}`, `--regid=${anotherUid}`, "--clear-groups"];
  const command = [...program, "worker", "--url", service.url, "--name", name];
  return startProgram("unshare", [...apart, ...user, process.execPath, ...command], {
    cwd: there,
    env: { ...childEnvironment(), HOME: there, TMPDIR: there, LONGSHORE_TOKEN: token, ...env },
  });
}

async function stop(running: Running | undefined): Promise<void> {
  running?.child.kill("SIGTERM");
  await running?.ended;
}
