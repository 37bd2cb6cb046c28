// What a worker is given by a message that is old or comes twice, and which leases it may renew.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Task } from "../../src/operations/contract.ts";
import { heartbeat } from "../../src/requests/dispatch/claim.ts";
import { renewLeases } from "../../src/requests/dispatch/lease-store.ts";
import { startFiles } from "../../src/requests/dispatch/start-store.ts";
import type { WorkKey } from "../../src/requests/dispatch/started-rows-store.ts";
import { moveRequest } from "../../src/requests/move-store.ts";
import { readFile } from "../../src/requests/read/files.ts";
import { anySize } from "../support/any-size.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ scheduler: false });
});
afterEach(async () => expect(await ledger.violations()).toEqual([]));
afterAll(() => ledger.close());

async function claimed(worker: string): Promise<Task> {
  const id = await ledger.submit(1);
  const [task] = await ledger.claim(1, { request: id, worker });
  return task as Task;
}

const keyOf = ({ request, file, step, attempt }: Task) => ({ request, file, step, attempt });

const start = (task: Task, attempt: number) =>
  startFiles(
    ledger.ctx.ledger.query,
    60,
    [{ ...keyOf(task), attempt, worker: "other", waiter: 0 }],
    anySize,
  );

test("a message that comes twice starts nothing", async () => {
  const task = await claimed("first");
  expect(await start(task, task.attempt)).toEqual([]);
  expect((await readFile(ledger.ctx, task.request, task.file, local)).worker).toBe("first");
});

test("a message of an old attempt, or of one that is yet to come, starts nothing", async () => {
  const task = await claimed("first");
  await ledger.ctx.db.query(
    `WITH f AS (UPDATE request_files SET state = 'queued', attempt = 2, worker = NULL
       WHERE request_id = $1 RETURNING request_id, step)
     UPDATE request_steps s SET queued = queued + 1, running = running - 1
     FROM f WHERE s.request_id = f.request_id AND s.step = f.step`,
    [task.request],
  );
  expect(await start(task, 1)).toEqual([]);
  expect(await start(task, 3)).toEqual([]);
  expect(await start(task, 2)).toHaveLength(1);
});

test("a worker renews the leases of its own files alone", async () => {
  const [mine, other] = [await claimed("a"), await claimed("b")];
  const renewed = await renewLeases(ledger.ctx.ledger.query, "a", 60, [keyOf(mine), keyOf(other)]);
  expect([...renewed]).toEqual([`${mine.request}/${mine.file}`]);
  expect(
    await heartbeat(ledger.ctx, local, { worker: "a", tasks: [mine.task, other.task] }),
  ).toEqual([other.task]);
});

test("a message of a request that is being canceled starts nothing", async () => {
  const id = await ledger.submit(1);
  await until(async () => (await ledger.read(id)).counters.queued === 1);
  await ledger.ctx.advanceQueue.close();
  const [key] = await ledger.ctx.db.query<WorkKey>(
    `SELECT request_id AS request, file_id AS file, step, attempt FROM request_files
     WHERE request_id = $1`,
    [id],
  );
  expect(await moveRequest(ledger.ctx.db.query, id, "cancel")).toBe(true);
  const started = await startFiles(
    ledger.ctx.ledger.query,
    60,
    [{ ...(key as WorkKey), worker: "w", waiter: 0 }],
    anySize,
  );
  expect(started).toEqual([]);
});
