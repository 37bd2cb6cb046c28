import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Task } from "../../src/operations/contract.ts";
import { expireLeasesOf } from "../../src/requests/dispatch/expire-leases.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { readFile } from "../../src/requests/read/files.ts";
import type { RetryPolicy } from "../../src/requests/retry-policy.ts";
import type { Report } from "../../src/requests/views.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { FILE_ATTEMPTS: "3", SWEEP_SECONDS: "0.05" } });
});
afterAll(async () => {
  expect(await ledger.violations()).toEqual([]);
  await ledger.close();
});

async function submitted(
  retry: RetryPolicy,
  files = 1,
  stopAfterFailedPercent?: number,
): Promise<string> {
  const { request } = await submit(ledger.ctx, local, {
    dataset: { files: Array.from({ length: files }, (_, n) => `/data/${n}`) },
    steps: [{ operation: "noop", settings: {}, retry }],
    stopAfterFailedPercent,
  });
  return request.id;
}

async function oneTask(request: string): Promise<Task> {
  const [task] = await ledger.claim(1, { request });
  if (!task) throw new Error("No task came.");
  return task;
}

const fault = (task: Task, status: Report["status"], errorClass: string) =>
  ledger.report(task, status, { error: { class: errorClass, message: "what went wrong" } });

const statuses = async (id: string, file: number) =>
  (await readFile(ledger.ctx, id, file, local)).history
    .filter(({ status }) => status !== "start")
    .map(({ status }) => status);

test("a failure of a class that is worth another try is a retry, as often as the step says", async () => {
  const id = await submitted({ attempts: 2, wait_seconds: 0, classes: ["bad_input"] });
  const first = await oneTask(id);
  expect(await fault(first, "failure", "bad_input")).toBe("recorded");
  expect(await fault(first, "failure", "bad_input")).toBe("duplicate");
  const second = await oneTask(id);
  expect(second.attempt).toBe(2);
  await fault(second, "failure", "bad_input");
  expect((await ledger.ended(id)).counters).toMatchObject({ failed: 1 });
  expect(await statuses(id, first.file)).toEqual(["retry", "failure"]);
});

test("a retry of a class that is not listed fails at once, but for a worker that was stopped", async () => {
  const id = await submitted({ wait_seconds: 0, classes: ["unavailable"] });
  const first = await oneTask(id);
  await fault(first, "retry", "given_back");
  const second = await oneTask(id);
  await fault(second, "retry", "internal");
  expect((await ledger.ended(id)).counters).toMatchObject({ failed: 1 });
  expect(await statuses(id, first.file)).toEqual(["given_back", "failure"]);
});

test("with no class listed every failure is final; without the list the worker's word counts", async () => {
  const none = await submitted({ classes: [] });
  await fault(await oneTask(none), "retry", "unavailable");
  expect((await ledger.ended(none)).counters).toMatchObject({ failed: 1 });
  const unsaid = await submitted({ attempts: 1 });
  await fault(await oneTask(unsaid), "retry", "unavailable");
  expect((await ledger.ended(unsaid)).counters).toMatchObject({ failed: 1 });
});

test("the wait is the one asked for, doubled at each try", async () => {
  const id = await submitted({ attempts: 20, wait_seconds: 40 });
  const waits = async () => {
    const [row] = await ledger.ctx.db.query<{ seconds: number }>(
      "SELECT extract(epoch FROM not_before - updated_at)::float8 AS seconds FROM " +
        "request_files WHERE request_id = $1",
      [id],
    );
    await ledger.ctx.db.query("UPDATE request_files SET not_before = NULL WHERE request_id = $1", [
      id,
    ]);
    return row?.seconds;
  };
  const seen: (number | undefined)[] = [];
  for (let tries = 0; tries < 5; tries++) {
    await fault(await oneTask(id), "retry", "unavailable");
    seen.push(await waits());
  }
  expect(seen).toEqual([40, 80, 160, 300, 300]);
});

test("more tries than the service's own are allowed, each round has them again, and deaths of workers use them too, but for the first", async () => {
  const id = await submitted({ attempts: 4, wait_seconds: 0, classes: [] });
  const loseAll = async (deathsBefore: number) => {
    for (let deaths = deathsBefore; deaths < 5; deaths++) {
      const tasks = await ledger.claim(1, { request: id, worker: "mortal" });
      expect(tasks, `after ${deaths} deaths`).toHaveLength(1);
      await expireLeasesOf(ledger.ctx, "mortal");
    }
  };
  await loseAll(0);
  expect((await ledger.ended(id)).counters).toMatchObject({ failed: 1 });
  await redrive(ledger.ctx, id, local);
  // It still runs alone in the next round
  await loseAll(1);
  const ended = await until(async () => {
    const request = await ledger.read(id);
    return request.state === "complete" && request.round === 2 ? request : undefined;
  });
  expect(ended).toMatchObject({
    counters: { failed: 1 },
    steps: [{ retry: { attempts: 4, wait_seconds: 0, classes: [] } }],
  });
});

test("the history of a file shows the end of the log of the worker that died with it", async () => {
  const id = await submitted({ attempts: 2, wait_seconds: 0, classes: [] });
  for (const lastWords of ["", "", "no space left on device"]) {
    await ledger.claim(1, { request: id, worker: "mortal" });
    await expireLeasesOf(ledger.ctx, "mortal", lastWords);
  }
  await ledger.ended(id);
  const history = await ledger.ctx.db.query<{ status: string; info: string }>(
    `SELECT status, info FROM file_status WHERE request_id = $1 AND status <> 'start'
     ORDER BY attempt, status`,
    [id],
  );
  const withLog = "the worker died; the end of its log:\nno space left on device";
  expect(history).toEqual([
    { status: "lost", info: "the worker died" },
    { status: "lost", info: "the worker died" },
    { status: "failure", info: withLog },
    { status: "lost", info: withLog },
  ]);
});

test("a data set that is broken throughout stops when more than so many percent of at least ten files failed", async () => {
  const id = await submitted({ classes: [] }, 1000, 50);
  const tasks = await ledger.claim(20, { request: id });
  for (const [n, task] of tasks.entries()) {
    if (n % 3) await fault(task, "failure", "bad_input");
    else await ledger.report(task, "success");
  }
  const ended = await ledger.ended(id);
  expect(ended.state).toBe("complete");
  expect(ended.reason).toMatch(/^stopped: \d+ of the first \d+ files failed, more than 50 %$/);
  expect(ended.counters.failed + ended.counters.done).toBe(1000);
});
