// A file that workers give back: it costs no try, and it does not go round without end.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Task } from "../../src/operations/contract.ts";
import { republishLost } from "../../src/requests/advance/republish.ts";
import { expireLeasesOf } from "../../src/requests/dispatch/expire-leases.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { waitingOf } from "../../src/requests/monitor/waiting-reason.ts";
import { listFiles, readFile } from "../../src/requests/read/files.ts";
import { setOperationLimits } from "../../src/shares/limits-store.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { FILE_ATTEMPTS: "2", SWEEP_SECONDS: "0.05" } });
});
afterEach(async () => expect(await ledger.violations()).toEqual([]));
afterAll(() => ledger.close());

const noLicence = { error: { class: "given_back", message: "no licence on this node" } };

async function taken(request: string, worker: string): Promise<Task> {
  const [task] = await ledger.claim(1, { request, worker });
  if (!task) throw new Error(`No task came for ${worker}.`);
  return task;
}

/** Takes and gives back the file of a request so many times, without the waits in between. */
async function givenBack(request: string, times: number, worker = "w1"): Promise<Task> {
  let task: Task | undefined;
  for (let time = 0; time < times; time++) {
    task = await taken(request, worker);
    expect(await ledger.report(task, "given_back", noLicence)).toBe("recorded");
    await skipWait(request);
  }
  return task as Task;
}

async function skipWait(request: string): Promise<void> {
  await ledger.ctx.db.query("UPDATE request_files SET not_before = NULL WHERE request_id = $1", [
    request,
  ]);
}

const read = (task: Task) => readFile(ledger.ctx, task.request, task.file, local);
const claimNow = (request: string, worker: string) =>
  ledger.claim(1, { request, worker, waitSeconds: 0 });
/** The scheduler has looked at the request after the file came back. */
const swept = async (request: string) => {
  const other = await ledger.submit(1);
  await ledger.published(other, 1);
  await ledger.report(await taken(other, "w"), "success");
  await ledger.ended(other);
  return ledger.read(request);
};

test("a file given back three times waits with that reason, without a try used up", async () => {
  const id = await ledger.submit(1);
  const task = await givenBack(id, 3);
  expect((await swept(id)).counters).toMatchObject({ waiting: 1, queued: 0, failed: 0 });
  expect(await claimNow(id, "w1")).toEqual([]);
  const { given_back, history, error } = await read(task);
  expect(error).toBeNull();
  expect(given_back).toMatchObject({
    workers: ["w1"],
    times: 3,
    reason: "no licence on this node",
    withheld: true,
    sentence:
      "It was given back 3 times, by w1. The last reason: no licence on this node. It waits " +
      "for a worker that has not given it back. Start a worker under another name, or let the " +
      `same workers try again: longshore redrive ${id} --file ${task.file}.`,
  });
  expect(history.map(({ status }) => status)).toEqual([
    "start",
    "given_back",
    "start",
    "given_back",
    "start",
    "given_back",
  ]);
  expect(await waitingOf(ledger.ctx, await ledger.read(id))).toMatchObject({
    reason: "given_back",
    sentence:
      "1 file waits for another worker, after being given back by w1. The last " +
      "reason: no licence on this node. Start a worker under another name, or let the same " +
      `workers try again: longshore redrive ${id}.`,
  });
  const { items } = await listFiles(ledger.ctx, id, local, { limit: 10 });
  expect(items[0]?.given_back).toEqual(given_back);

  const other = await taken(id, "w2");
  expect(other.attempt).toBe(4);
  expect(await ledger.report(other, "success")).toBe("recorded");
  expect((await ledger.ended(id)).counters).toMatchObject({ done: 1, failed: 0 });
  expect((await read(task)).given_back).toBeNull();
});

test("a file given back since a disk is full waits with that reason, and is never withheld", async () => {
  const id = await ledger.submit(1);
  const full = { error: { class: "disk", message: "no space is left on the device (ENOSPC)" } };
  for (let time = 0; time < 4; time++) {
    const task = await taken(id, "w1");
    expect(await ledger.report(task, "given_back", full)).toBe("recorded");
    const waiting = await until(async () => {
      const found = await waitingOf(ledger.ctx, await ledger.read(id));
      return found?.reason === "disk" ? found : undefined;
    });
    expect(waiting.sentence).toBe(
      "1 file waits until results can be written again. no space is left on the device " +
        "(ENOSPC). Workers try again by themselves; this costs no try.",
    );
    expect((await read(task)).given_back).toBeNull();
    await skipWait(id);
  }
  const last = await taken(id, "w1");
  expect(last.attempt).toBe(5);
  expect(await ledger.report(last, "success")).toBe("recorded");
  expect((await ledger.ended(id)).counters).toMatchObject({ done: 1, failed: 0 });
});

test("files withheld while the store is full are told beside those that wait for the store", async () => {
  const id = await ledger.submit(2);
  const [one, two] = (await ledger.claim(2, { request: id, worker: "w1" })) as [Task, Task];
  const unknown = { error: { class: "store_unavailable", message: "507 from the store" } };
  let task = one;
  for (let time = 0; time < 3; time++) {
    if (time > 0) task = await taken(id, "w1");
    expect(await ledger.report(task, "given_back", unknown)).toBe("recorded");
    await skipWait(id);
  }
  const withheld =
    "1 file waits for another worker, after being given back by w1. The last reason: 507 from " +
    "the store. Start a worker under another name, or let the same workers try again: " +
    `longshore redrive ${id}.`;
  const sentence = async () => (await waitingOf(ledger.ctx, await ledger.read(id)))?.sentence;
  expect(await sentence()).toBe(`1 file is with workers now, 1 to come. ${withheld}`);

  const full = { error: { class: "store", message: "the store is full" } };
  expect(await ledger.report(two, "given_back", full)).toBe("recorded");
  const waits =
    "1 file waits until results can be written again. the store is full. Workers try again by " +
    "themselves; this costs no try.";
  await until(async () => (await sentence()) === `${waits} ${withheld}`);
  await skipWait(id);
  expect(await ledger.report(await taken(id, "w1"), "success")).toBe("recorded");
  expect(await waitingOf(ledger.ctx, await ledger.read(id))).toMatchObject({
    reason: "given_back",
    sentence: withheld,
  });
  await redrive(ledger.ctx, id, local);
  expect(await ledger.report(await taken(id, "w1"), "success")).toBe("recorded");
  await ledger.ended(id);
});

test("a file given back a second time within ten minutes goes to the same worker again", async () => {
  const id = await ledger.submit(1);
  const task = await givenBack(id, 2);
  expect((await read(task)).given_back).toMatchObject({ times: 2, withheld: false });
  expect((await taken(id, "w1")).attempt).toBe(3);
  await endNow(id);
});

test("a file given back over ten minutes waits for another worker", async () => {
  const id = await ledger.submit(1);
  await givenBack(id, 1);
  const task = await taken(id, "w1");
  await ledger.ctx.db.query(
    "UPDATE request_files SET given_back_at = now() - interval '601 s' WHERE request_id = $1",
    [id],
  );
  await ledger.report(task, "given_back", noLicence);
  await skipWait(id);
  await swept(id);
  expect(await claimNow(id, "w1")).toEqual([]);
  expect((await read(task)).given_back).toMatchObject({ times: 2, withheld: true });
  await endNow(id);
});

test("the wait before the next worker gets it grows", async () => {
  const id = await ledger.submit(1);
  const waits: number[] = [];
  for (let times = 0; times < 3; times++) {
    await ledger.report(await taken(id, `w${times}`), "given_back", noLicence);
    const [row] = await ledger.ctx.db.query<{ seconds: number }>(
      "SELECT extract(epoch FROM not_before - updated_at)::float8 AS seconds " +
        "FROM request_files WHERE request_id = $1",
      [id],
    );
    waits.push(row?.seconds ?? 0);
    await skipWait(id);
  }
  expect(waits).toEqual([1, 2, 4]);
  await endNow(id);
});

test("another worker that gives it back, fails or dies does not let the first ones have it", async () => {
  const id = await ledger.submit(1);
  await givenBack(id, 3);
  await givenBack(id, 1, "w2");
  await ledger.report(await taken(id, "w3"), "retry", { error: { class: "x", message: "y" } });
  await skipWait(id);
  await taken(id, "w3");
  await expireLeasesOf(ledger.ctx, "w3");
  await skipWait(id);
  await swept(id);
  for (const worker of ["w1", "w2"]) expect(await claimNow(id, worker)).toEqual([]);
  const task = await taken(id, "w4");
  expect((await read(task)).given_back).toMatchObject({ workers: ["w1", "w2"], times: 4 });
  await endNow(id);
});

test("a redrive of the open request lets the same worker have it, and begins no round", async () => {
  const id = await ledger.submit(1);
  const task = await givenBack(id, 3);
  await expect(redrive(ledger.ctx, id, local, { files: [task.file + 1] })).rejects.toThrow(
    "The request is running",
  );
  const { files, request } = await redrive(ledger.ctx, id, local, { files: [task.file] });
  expect([files, request.round]).toEqual([1, 1]);
  expect((await read(task)).given_back).toBeNull();
  await ledger.report(await taken(id, "w1"), "failure", { error: { class: "x", message: "y" } });
  expect((await ledger.ended(id)).counters.failed).toBe(1);
});

test("what a step gave back counts neither in the next step nor in the next round", async () => {
  const id = await ledger.submit(1, { steps: ["noop", "noop"] });
  const task = await givenBack(id, 2);
  await ledger.report(await taken(id, "w1"), "success");
  await givenBack(id, 2);
  expect((await read(task)).given_back).toMatchObject({ times: 2, withheld: false });
  await ledger.report(await taken(id, "w1"), "failure", { error: { class: "x", message: "y" } });
  await ledger.ended(id);
  await redrive(ledger.ctx, id, local);
  await givenBack(id, 2);
  expect((await read(task)).given_back).toMatchObject({ times: 2, withheld: false });
  await endNow(id);
});

test("a withheld file that an older process published is refused and waits again", async () => {
  const id = await ledger.submit(1);
  await ledger.published(id, 1);
  await ledger.ctx.db.query(
    `UPDATE request_files SET withheld = true, given_back_by = '{w1}', given_back_at = now()
     WHERE request_id = $1`,
    [id],
  );
  expect(await claimNow(id, "w1")).toEqual([]);
  await ledger.ctx.db.query("UPDATE request_files SET lease_until = now() WHERE request_id = $1", [
    id,
  ]);
  await until(async () => {
    await republishLost(ledger.ctx);
    return (await ledger.read(id)).counters.waiting === 1;
  });
  expect(await claimNow(id, "w1")).toEqual([]);
  await ledger.report(await taken(id, "w2"), "success");
  await ledger.ended(id);
});

test("a worker that gave a withheld file back cannot start it by a report", async () => {
  const id = await ledger.submit(1);
  await ledger.published(id, 1);
  const { items } = await listFiles(ledger.ctx, id, local, { limit: 1 });
  const { file = 0 } = items[0] ?? {};
  await ledger.ctx.db.query(
    `UPDATE request_files SET withheld = true, given_back_by = '{w}', given_back_at = now()
     WHERE request_id = $1`,
    [id],
  );
  const key = { request: id, file, step: 1, attempt: 1 } as Task;
  expect(await ledger.report(key, "start")).toBe("superseded");
  await endNow(id);
});

test("the limits hold for withheld files too", async () => {
  const [first, second] = [await ledger.submit(1), await ledger.submit(1)];
  await givenBack(first, 3);
  await givenBack(second, 3);
  await setOperationLimits(ledger.ctx.db, "noop", { slots: null, slotsPerUser: 1 });
  const [one, none] = await Promise.all([
    ledger.claim(2, { worker: "w2", waitSeconds: 0 }),
    ledger.claim(2, { worker: "w3", waitSeconds: 0 }),
  ]);
  expect(one.length + none.length).toBe(1);
  await setOperationLimits(ledger.ctx.db, "noop", { slots: null, slotsPerUser: null });
  for (const id of [first, second]) await endNow(id);
});

/** Ends a request whatever its files do. */
async function endNow(id: string): Promise<void> {
  await cancel(ledger.ctx, id, local);
  await ledger.ended(id);
}

test("a file that its worker never began goes back at once, however often, and is never withheld", async () => {
  const id = await ledger.submit(1);
  const notBegun = { error: { class: "not_started", message: "others took long" } };
  for (let time = 0; time < 5; time++) {
    const task = await taken(id, "w1");
    expect(await ledger.report(task, "given_back", notBegun)).toBe("recorded");
  }
  const task = await taken(id, "w1");
  const [row] = await ledger.ctx.db.query(
    `SELECT tries, withheld, given_back_by, not_before FROM request_files WHERE request_id = $1`,
    [id],
  );
  expect(row).toEqual({ tries: 0, withheld: false, given_back_by: null, not_before: null });
  expect(await ledger.report(task, "success")).toBe("recorded");
  expect((await ledger.ended(id)).counters).toMatchObject({ done: 1 });
});
