// A worker whose machine lacks what every file needs gives the files back, at no cost to them.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { childEnvironment } from "../../src/config.ts";
import { type Running, startCli, startProgram } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { program } from "../support/program.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

const folder = temporaryFolder("broken-worker");
const node = join(folder, "node");
const file = join(folder, "a.csv");
const args = (name: string) => ["worker", "--url", service.url, "--name", name];
let service: Service;
let client: Longshore;
let workers: Running[] = [];

beforeAll(async () => {
  writeFileSync(file, "x\n1\n");
  copyFileSync(process.execPath, node);
  const env = { RUNNER: "external", FILE_ATTEMPTS: "1", INPUT_ROOTS: folder, SWEEP_SECONDS: "0.2" };
  service = await startService(env);
  client = new Longshore({ url: service.url });
});
afterAll(async () => {
  await stopWorkers();
  await service.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function stopWorkers(): Promise<void> {
  for (const { child } of workers) child.kill("SIGTERM");
  await Promise.all(workers.map(({ ended }) => ended));
  workers = [];
}

async function submit(): Promise<string> {
  const steps = [{ operation: "transform", selection: "select x from input" } as const];
  return (await client.submit({ dataset: { files: [file] }, steps })).id;
}

async function isTold(id: string, words: string): Promise<void> {
  await until(async () => (await client.get(id)).waiting?.sentence.includes(words));
  expect((await client.get(id)).counters).toMatchObject({ failed: 0, done: 0 });
}

async function mended(id: string): Promise<void> {
  await stopWorkers();
  workers.push(startCli(args("sound")));
  await until(async () => (await client.get(id)).state === "complete");
  expect((await client.get(id)).counters).toMatchObject({ done: 1, failed: 0 });
  await stopWorkers();
}

test("without a program to run the query, files cost no try and the request says so", async () => {
  const env = childEnvironment();
  const worker = startProgram(node, [...program, ...args("no-node")], { env });
  workers.push(worker);
  await until(() => worker.stderr().includes("the worker takes work"));
  rmSync(node);
  const id = await submit();
  await isTold(id, "for a worker that can start it");
  await mended(id);
});

test("without a folder for temporary files, files cost no try and the request says so", async () => {
  const temporary = join(folder, "tmp");
  mkdirSync(temporary);
  const worker = startCli(args("no-scratch"), { env: { TMPDIR: temporary } });
  workers.push(worker);
  await until(() => worker.stderr().includes("the worker takes work"));
  rmSync(temporary, { recursive: true });
  writeFileSync(temporary, "no folder");
  const id = await submit();
  await isTold(id, "folder for temporary files cannot be used");
  await mended(id);
});
