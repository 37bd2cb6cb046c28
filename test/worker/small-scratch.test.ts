// Temporary files that do not fit: a disk that is full of other things costs no file a try, and a
// file that needs more than the whole disk is not tried without end.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Task } from "../../src/operations/contract.ts";
import { runWorker } from "../../src/worker/run.ts";
import { temporaryFolder } from "../support/folder.ts";
import {
  makeSmallFileSystem,
  noSmallFileSystem,
  type SmallFileSystem,
} from "../support/small-file-system.ts";
import { until } from "../support/wait.ts";
import { workerOptions } from "../support/worker-options.ts";
import { startWorkServer, type WorkServer, workTask } from "./work-server.ts";

const onDisk = noSmallFileSystem ? test.skip : test;
const why = noSmallFileSystem ? ` (skipped: ${noSmallFileSystem})` : "";
const folder = temporaryFolder("small-scratch");
const input = join(folder, "input.csv");
let server: WorkServer;
let disk: SmallFileSystem;
let stop: AbortController;
let running: Promise<void>;

beforeAll(() => writeFileSync(input, "x\n1\n"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  server = await startWorkServer();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await running;
  await server.close();
  disk?.remove();
});

function start(): void {
  const scratch = join(disk.path, "scratch");
  running = runWorker(workerOptions(server.url, { roots: [folder], scratch, stop: stop.signal }));
}

/** Its result has so many megabytes. */
function task(file: number, megabytes: number, more: Partial<Task> = {}): Task {
  const selection = `select repeat('0123456789', 100000) as text from range(${megabytes})`;
  return workTask(server, file, {
    operation: "transform",
    settings: { generator: "sql", selection, format: "csv" },
    replicas: [input],
    ...more,
  });
}

const reportOf = (file: number) =>
  until(() => server.reports.find((report) => report.file === file), { timeoutSeconds: 120 });

for (const { where, more } of [
  { where: "a worker", more: {} },
  { where: "a process of its own", more: { alone: true } },
])
  onDisk(
    `a file that needs more than the whole disk in ${where} pays with a try${why}`,
    async () => {
      disk = makeSmallFileSystem(8);
      server.waiting.push(task(1, 12, more));
      start();
      expect(await reportOf(1)).toMatchObject({
        status: "retry",
        error: {
          class: "too_large",
          message: expect.stringMatching(
            /^This file needs more than [78] MB for temporary files; the disk has no more\.$/,
          ),
        },
      });
      server.waiting.push(task(2, 1));
      expect(await reportOf(2)).toMatchObject({ status: "success" });
    },
    300_000,
  );

onDisk(
  `a file is given back while the disk is full of other things${why}`,
  async () => {
    disk = makeSmallFileSystem(8);
    const other = join(disk.path, "other");
    writeFileSync(other, Buffer.alloc(5 * 2 ** 20));
    server.waiting.push(task(1, 6));
    start();
    expect(await reportOf(1)).toMatchObject({ status: "given_back", error: { class: "disk" } });
    rmSync(other);
    server.waiting.push(task(2, 6));
    expect(await reportOf(2)).toMatchObject({ status: "success" });
  },
  300_000,
);
