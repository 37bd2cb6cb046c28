// A file that kills the worker that reads it: the files that were with the same worker do not pay.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Task } from "../../src/operations/contract.ts";
import { expireLeasesOf } from "../../src/requests/dispatch/expire-leases.ts";
import { runWorker } from "../../src/worker/run.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { temporaryFolder } from "../support/folder.ts";
import { processes } from "../support/processes.ts";
import { until } from "../support/wait.ts";
import { workerOptions } from "../support/worker-options.ts";
import { startWorkServer, workTask } from "../worker/work-server.ts";

const folder = temporaryFolder("deadly-file");
let ledger: Ledger;
beforeAll(async () => {
  writeFileSync(join(folder, "table.csv"), "x\n1\n");
  ledger = await openLedger({ env: { FILE_ATTEMPTS: "1" } });
});
afterAll(async () => {
  await ledger?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Claims until the worker has so many files of the request. */
async function claimed(id: string, files: number, worker: string): Promise<Task[]> {
  const tasks: Task[] = [];
  while (tasks.length < files)
    tasks.push(...(await ledger.claim(files - tasks.length, { request: id, worker })));
  return tasks;
}

test("of a dead worker's files only the one that kills again, alone, pays with a try", async () => {
  const id = await ledger.submit(3);
  expect((await claimed(id, 3, "first")).map(({ alone }) => alone)).toEqual(
    Array(3).fill(undefined),
  );
  await expireLeasesOf(ledger.ctx, "first");
  const again = await claimed(id, 3, "second");
  expect(again.map(({ alone }) => alone)).toEqual([true, true, true]);
  const [deadly, ...others] = again as [Task, ...Task[]];
  for (const task of others) expect(await ledger.report(task, "success")).toBe("recorded");
  await expireLeasesOf(ledger.ctx, "second");
  expect((await ledger.ended(id)).counters).toMatchObject({ done: 2, failed: 1 });
  const failed = await ledger.ctx.db.query<{ file: number }>(
    "SELECT file_id AS file FROM request_files WHERE request_id = $1 AND state = 'failed'",
    [id],
  );
  expect(failed).toEqual([{ file: deadly.file }]);
  expect(await ledger.violations()).toEqual([]);
});

test("a file that runs alone and dies does not take the worker with it", async () => {
  const server = await startWorkServer();
  const stop = new AbortController();
  const alone = (file: number, selection: string) =>
    workTask(server, file, {
      operation: "transform",
      settings: { generator: "sql", selection, format: "csv" },
      replicas: [join(folder, "table.csv")],
      alone: true,
    });
  const endless = "select count(*) as n from range(10000000) a, range(10000000) b, input";
  server.waiting.push(alone(1, endless), alone(2, "select x from input"));
  const limits = { memoryMegabytes: 256, seconds: 600, outputMegabytes: 64, threads: 1 };
  const scratch = join(folder, "scratch");
  const worker = runWorker(
    workerOptions(server.url, { roots: [folder], limits, scratch, stop: stop.signal }),
  );
  const queries = () => {
    const own = processes("alone/program").filter(({ parent }) => parent === process.pid);
    const parents = own.map(({ pid }) => pid);
    return processes("sql/program").filter(({ parent }) => parents.includes(parent));
  };
  const [query] = await until(() => queries().length > 0 && queries());
  process.kill(query?.parent ?? 0, "SIGKILL");
  await until(() => server.reports.length === 2);
  expect(server.reports).toMatchObject([
    { file: 1, status: "retry", error: { class: "lost" } },
    { file: 2, status: "success" },
  ]);
  await until(() => queries().every(({ pid }) => pid !== query?.pid));
  stop.abort();
  await worker;
  await server.close();
});
