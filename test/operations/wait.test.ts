// The shared suite of service operations, over `wait`: in the scheduler, and in agents.
import { afterEach, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { deleteRequest } from "../../src/requests/lifecycle/delete.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { waitingOf } from "../../src/requests/monitor/waiting-reason.ts";
import { setOperationLimits, setUserShare } from "../../src/shares/limits-store.ts";
import { claimTasks } from "../../src/tasks/claim.ts";
import { firstFile, listTaskFiles } from "../../src/tasks/list-files.ts";
import { until } from "../support/wait.ts";
import { openWaitSuite, type WaitSuite, ways } from "./wait/suite.ts";

const hour = 3600;
let suite: WaitSuite;
afterEach(async () => {
  expect(await suite.api.ledger.violations()).toEqual([]);
  await suite.close();
});

const paths = (count: number, name = "f") =>
  Array.from({ length: count }, (_, at) => `/archive/${name}${at}.nc`);
const wait = { operation: "wait" };
const noop = { operation: "noop" };

const counters = async (id: string) => (await suite.api.ledger.read(id)).counters;
const doneOf = async (ids: string[]) =>
  (await Promise.all(ids.map(counters))).reduce((total, { done }) => total + done, 0);
const ended = (id: string) => suite.api.ledger.ended(id);
const started = (count: number) =>
  until(() => suite.outside.jobs.length >= count, { what: `${count} jobs outside` });
const recorded = (count: number) =>
  until(async () => (await running()).length >= count, { what: `${count} recorded starts` });

interface TaskRow {
  id: string;
  state: string;
  external_ref: string | null;
  files: number;
  note: string | null;
}
const tasks = () =>
  suite.ctx.db.query<TaskRow>(
    "SELECT id, state, external_ref, files, note FROM tasks ORDER BY created_at",
  );
const running = async () => (await tasks()).filter(({ state }) => state === "running");
const fileRows = (id: string) =>
  suite.ctx.db.query<{
    step: number;
    state: string;
    tries: number;
    attempt: number;
    location: string | null;
  }>(
    `SELECT step, state, tries, attempt, location FROM request_files WHERE request_id = $1
     ORDER BY file_id`,
    [id],
  );
const history = (id: string) =>
  suite.ctx.db.query<{ step: number; attempt: number; status: string }>(
    `SELECT step, attempt, status FROM file_status WHERE request_id = $1
     ORDER BY recorded_at, step, attempt`,
    [id],
  );

describe.each(ways)("%s", (way) => {
  test("files of two requests share a batch, work for hours, and go on where it left them", async () => {
    suite = await openWaitSuite(way, {
      env: { WAIT_BATCH_FILES: "6", WAIT_BATCH_SECONDS: "9000" },
    });
    const first = await suite.submit(paths(3, "a"), [wait, noop]);
    const second = await suite.submit(paths(3, "b"), [wait, noop]);
    await recorded(1);
    expect(
      suite.outside.jobs.map(({ files }) => new Set(files.map(({ request }) => request))),
    ).toEqual([new Set([first, second])]);
    expect(await counters(first)).toMatchObject({ running: 3, waiting: 0, queued: 0 });
    expect(await suite.api.ledger.claim(10, { waitSeconds: 0 })).toEqual([]);
    await suite.pass(2 * hour);
    const next = await until(async () => {
      const claimed = await suite.api.ledger.claim(6);
      return claimed.length > 0 && claimed;
    });
    for (const task of next) {
      expect(task.replicas).toEqual([`https://disk.example/${task.request}/${task.file}`]);
      expect(task.inputs).toEqual([]);
      await suite.api.ledger.report(task, "success");
    }
    for (const task of next.length < 6 ? await suite.api.ledger.claim(6) : [])
      await suite.api.ledger.report(task, "success");
    expect(await ended(first)).toMatchObject({ state: "complete", counters: { done: 3 } });
    expect(await ended(second)).toMatchObject({ state: "complete", counters: { done: 3 } });
    expect(new Set(suite.outside.starts).size).toBe(1);
  });

  test("a batch starts when it is full or its oldest file has waited long enough, never before", async () => {
    suite = await openWaitSuite(way, { env: { WAIT_BATCH_FILES: "4", WAIT_BATCH_SECONDS: "600" } });
    const id = await suite.submit(paths(5), [wait]);
    await started(1);
    await until(async () => (await counters(id)).queued === 1);
    expect(suite.outside.jobs[0]?.files).toHaveLength(4);
    expect(await tasks()).toHaveLength(1);
    await suite.pass(601);
    await recorded(2);
    expect(suite.outside.jobs[1]?.files).toHaveLength(1);
    await suite.pass(hour);
    expect(await ended(id)).toMatchObject({ state: "complete", counters: { done: 5 } });
  });

  test("libraries have tasks of their own, and at most so many at once", async () => {
    suite = await openWaitSuite(way, { env: { WAIT_BATCH_FILES: "2", WAIT_TASKS: "1" } });
    const north = await suite.submit(paths(4, "n"), [{ ...wait, library: "north" }]);
    const south = await suite.submit(paths(2, "s"), [{ ...wait, library: "south" }]);
    await recorded(2);
    expect(suite.outside.jobs.map(({ group }) => group).toSorted()).toEqual(["north", "south"]);
    expect(await counters(north)).toMatchObject({ running: 2, queued: 2 });
    await suite.pass(hour + 1);
    await until(() => suite.outside.jobs.length === 3);
    expect(await ended(south)).toMatchObject({ state: "complete" });
    await recorded(1);
    await suite.pass(hour + 1);
    expect(await ended(north)).toMatchObject({ counters: { done: 4 } });
  });

  test("a user has no more files outside than the limit allows, over all libraries", async () => {
    suite = await openWaitSuite(way, {
      env: { WAIT_BATCH_FILES: "100", WAIT_BATCH_SECONDS: "0" },
      idle: true,
    });
    await setOperationLimits(suite.ctx.db, "wait", { slots: 5, slotsPerUser: 3 });
    const north = { ...wait, library: "north" };
    const south = { ...wait, library: "south" };
    const ids = [
      await suite.submit(paths(10, "a"), [north], { owner: "a" }),
      await suite.submit(paths(10, "b"), [south], { owner: "a" }),
      await suite.submit(paths(10, "c"), [north], { owner: "b" }),
    ];
    suite.work();
    const outside = () =>
      suite.ctx.db.query<{ owner: string; files: number }>(
        "SELECT owner, running::int AS files FROM user_work WHERE operation = 'wait' ORDER " +
          "BY owner",
      );
    const totalOf = (users: { files: number }[]) =>
      users.reduce((total, { files }) => total + files, 0);
    for (let settled = 0; settled < 30; ) {
      // However the rest is divided, one user alone can have three outside. Some may be done
      // since `settled` was read.
      await until(async () => {
        const left = 30 - (await doneOf(ids));
        return totalOf(await outside()) >= Math.min(3, left);
      });
      await until(async () => (await tasks()).every(({ state }) => state !== "starting"));
      const now = await outside();
      for (const { files } of now) expect(files).toBeLessThanOrEqual(3);
      expect(totalOf(now)).toBeLessThanOrEqual(5);
      await suite.pass(hour + 1);
      await until(async () => (await doneOf(ids)) > settled);
      settled = await doneOf(ids);
    }
    for (const id of ids) expect(await ended(id)).toMatchObject({ counters: { done: 10 } });
  });

  test("a user with twice the share has twice the files of a batch", async () => {
    suite = await openWaitSuite(way, { env: { WAIT_BATCH_FILES: "9", WAIT_TASKS: "1" } });
    const { db } = suite.ctx;
    await setUserShare(db.query, "b", 2);
    await setOperationLimits(db, "wait", { slots: 0, slotsPerUser: null });
    const ofA = await suite.submit(paths(20, "a"), [wait], { owner: "a" });
    const ofB = await suite.submit(paths(20, "b"), [wait], { owner: "b" });
    for (const id of [ofA, ofB]) await until(async () => (await counters(id)).queued === 20);
    expect(await tasks()).toEqual([]);
    await setOperationLimits(db, "wait", { slots: null, slotsPerUser: null });
    await started(1);
    const [batch] = suite.outside.jobs;
    expect(batch?.files).toHaveLength(9);
    expect(batch?.files.filter(({ request }) => request === ofB)).toHaveLength(6);
    for (const id of [ofA, ofB]) await cancel(suite.ctx, id, local);
    for (const id of [ofA, ofB]) await ended(id);
  });

  test("an owner with ten files has them in the next batch, whoever has a thousand", async () => {
    suite = await openWaitSuite(way, {
      env: { WAIT_BATCH_FILES: "100", WAIT_TASKS: "1", WAIT_BATCH_SECONDS: "5" },
    });
    await suite.submit(paths(1000, "many"), [wait], { owner: "a" });
    await recorded(1);
    const few = await suite.submit(paths(10, "few"), [wait], { owner: "b" });
    await until(async () => (await counters(few)).queued === 10);
    await suite.pass(hour + 1);
    await started(2);
    const second = suite.outside.jobs[1]?.files ?? [];
    expect(second).toHaveLength(100);
    expect(second.filter(({ request }) => request === few)).toHaveLength(10);
  });

  test("a call-back before the start is recorded, during a poll and after it brings the next poll", async () => {
    suite = await openWaitSuite(way, { env: { WAIT_BATCH_FILES: "1" } });
    const call = (body: object) =>
      suite.api.post("/v1/callbacks/wait", body, { "x-wait-secret": "the secret" });
    suite.hooks.afterStart = async ({ id }) => {
      const job = suite.outside.jobs.find(({ task }) => task === id);
      expect((await call({ externalRefs: [job?.ref] })).status).toBe(202);
    };
    await suite.submit(paths(1), [{ ...wait, seconds: 10 * hour }]);
    await until(() => suite.outside.polls.length === 1, {
      what: "the poll after an early call-back",
    });
    await until(async () => (await tasks())[0]?.note === "Library one is at work.");
    const [job] = suite.outside.jobs;
    let during = 0;
    suite.hooks.afterPoll = async () => {
      if (during++ === 0) await call({ externalRefs: [job?.ref] });
    };
    expect((await call({ tasks: [job?.task] })).json()).toEqual({ woken: 1 });
    await until(() => suite.outside.polls.length === 3, { what: "a poll more than was asked for" });
    await until(async () => (await dueTasks()) === 0);
    expect(suite.outside.polls).toHaveLength(3);
    const refused = await suite.api.post("/v1/callbacks/wait", {}, { "x-wait-secret": "a guess" });
    expect(refused.status).toBe(403);
    expect((await suite.api.post("/v1/callbacks/noop", {})).status).toBe(404);
    expect(suite.outside.polls).toHaveLength(3);
  });

  test("killed between start and its record: started again as the same task, which costs no attempt", async () => {
    suite = await openWaitSuite(way, { idle: true, env: { LEASE_SECONDS: "0.5" } });
    const id = await suite.submit(paths(3), [wait]);
    await until(async () => (await tasks()).length === 1);
    const [claimed] = await claimTasks(suite.ctx, local, "doomed", {
      operations: ["wait"],
      max: 1,
      waitSeconds: 5,
    });
    if (!claimed) throw new Error("no task");
    expect(claimed.action).toBe("start");
    const files = await listTaskFiles(suite.ctx, local, claimed.task, {
      state: "open",
      after: firstFile,
      limit: 100,
    });
    suite.outside.begin(claimed.task, claimed.group, files, hour);
    suite.work();
    await recorded(1);
    await suite.pass(hour + 1);
    expect(await ended(id)).toMatchObject({ state: "complete", counters: { done: 3 } });
    expect(suite.outside.starts).toEqual([claimed.task, claimed.task]);
    expect(suite.outside.jobs).toHaveLength(1);
    for (const row of await fileRows(id)) expect(row).toMatchObject({ tries: 0, attempt: 1 });
  });

  test("restarts while work lasts cost no attempt and start nothing again", async () => {
    suite = await openWaitSuite(way);
    const id = await suite.submit(paths(2), [wait]);
    await recorded(1);
    for (let restart = 0; restart < 3; restart++) {
      await suite.restart();
      const polls = suite.outside.polls.length;
      await suite.pass(601);
      await until(() => suite.outside.polls.length > polls);
    }
    await suite.pass(hour);
    expect(await ended(id)).toMatchObject({ state: "complete", counters: { done: 2 } });
    expect(suite.outside.starts).toHaveLength(1);
    for (const row of await fileRows(id)) expect(row).toMatchObject({ tries: 0, attempt: 1 });
  });

  test("a start that throws is tried again later, and a user reads why", async () => {
    suite = await openWaitSuite(way);
    let calls = 0;
    suite.hooks.afterStart = async () => {
      if (calls++ < 2) throw new Error("the library does not answer");
    };
    const id = await suite.submit(paths(1), [wait]);
    await until(async () => (await tasks())[0]?.note?.includes("the library does not answer"));
    const why = await waitingOf(suite.ctx, await suite.api.ledger.read(id));
    expect(why).toMatchObject({
      reason: "outside",
      sentence:
        "1 file is with the outside service of wait now. The last try failed: the library " +
        "does not answer",
    });
    await until(async () => {
      await suite.pass(10);
      return calls === 3;
    });
    await recorded(1);
    await suite.pass(hour + 1);
    expect(await ended(id)).toMatchObject({ counters: { done: 1 } });
    expect(suite.outside.jobs).toHaveLength(1);
    expect(await fileRows(id)).toMatchObject([{ tries: 0, attempt: 1 }]);
  });

  test("a cancel aborts what is under way and releases what is held, without waiting for it", async () => {
    suite = await openWaitSuite(way, { env: { WAIT_BATCH_FILES: "2" } });
    const id = await suite.submit(paths(4), [wait, noop]);
    await recorded(2);
    const [done, rest] = suite.outside.jobs;
    if (!done || !rest) throw new Error("two jobs were expected");
    rest.doneAt += 100 * hour * 1000;
    await suite.pass(hour + 1);
    await until(async () => (await fileRows(id)).filter(({ step }) => step === 2).length === 2);
    expect(suite.outside.released).toEqual([]);
    await cancel(suite.ctx, id, local);
    expect(await ended(id)).toMatchObject({ state: "canceled", counters: { canceled: 4 } });
    await until(() => suite.outside.aborted.length === 2 && suite.outside.released.length === 2);
    expect(sorted(suite.outside.aborted)).toEqual(sorted(rest.files));
    expect(sorted(suite.outside.released)).toEqual(sorted(done.files));
    await until(async () => (await tasks()).every(({ state }) => state === "ended"));
  });

  test("what the task left is released when the file has left the next step, not before", async () => {
    suite = await openWaitSuite(way);
    const id = await suite.submit(paths(2), [wait, noop, noop]);
    await recorded(1);
    await suite.pass(hour + 1);
    const [first, second] = await claimTwo(id);
    expect(suite.outside.released).toEqual([]);
    await suite.api.ledger.report(first, "success");
    await until(() => suite.outside.released.length === 1);
    expect(suite.outside.released).toEqual([{ request: id, file: first.file }]);
    await suite.api.ledger.report(second, "failure", {
      error: { class: "bad_input", message: "no" },
    });
    await until(() => suite.outside.released.length === 2);
    const [third] = await suite.api.ledger.claim(1, { request: id });
    if (third) await suite.api.ledger.report(third, "success");
    expect(await ended(id)).toMatchObject({ counters: { done: 1, failed: 1 } });
    await until(async () => (await tasks()).every(({ state }) => state === "ended"));
    expect(suite.outside.released).toHaveLength(2);
  });

  test("a deadline fails the files with its reason and aborts them; a deleted request leaves nothing", async () => {
    suite = await openWaitSuite(way);
    const id = await suite.submit(paths(2), [wait], { deadlineSeconds: 3_600 });
    await recorded(1);
    await suite.ctx.db.query("UPDATE requests SET deadline = now() WHERE id = $1", [id]);
    expect(await ended(id)).toMatchObject({ state: "complete", counters: { failed: 2 } });
    await deleteRequest(suite.ctx, id, local);
    await until(() => suite.outside.aborted.length === 2);
    expect(suite.outside.aborted.every(({ request }) => request === id)).toBe(true);
    await until(async () => (await tasks()).every(({ state }) => state === "ended"));
  });

  test("a file whose staged copy is gone goes back a step, and through both again", async () => {
    suite = await openWaitSuite(way);
    const id = await suite.submit(paths(1), [wait, wait]);
    await recorded(1);
    await suite.pass(hour + 1);
    await started(2);
    await recorded(1);
    const [key] = suite.outside.jobs[1]?.files ?? [];
    if (!key) throw new Error("no file");
    suite.outside.evicted.add(`${key.request}/${key.file}`);
    await suite.pass(hour + 1);
    await until(() => suite.outside.jobs.length === 3);
    await recorded(1);
    expect(await fileRows(id)).toMatchObject([{ step: 1, state: "running", attempt: 2, tries: 0 }]);
    await suite.pass(hour + 1);
    await until(() => suite.outside.jobs.length === 4);
    await recorded(1);
    await suite.pass(hour + 1);
    expect(await ended(id)).toMatchObject({ state: "complete", counters: { done: 1 } });
    const steps = (await history(id)).map(
      ({ step, attempt, status }) => `${step}.${attempt} ${status}`,
    );
    expect(steps).toEqual([
      "1.1 start",
      "1.1 success",
      "2.1 start",
      "2.1 gone_back",
      "1.2 start",
      "1.2 success",
      "2.2 start",
      "2.2 success",
    ]);
  });

  test("a file goes back as often as FILE_ATTEMPTS says, then it fails and says why", async () => {
    suite = await openWaitSuite(way, { env: { FILE_ATTEMPTS: "1" } });
    suite.hooks.afterStart = async (task) => {
      for (const { request, file } of await task.files()) {
        const [row] = await fileRows(request);
        if (row?.step === 2) suite.outside.evicted.add(`${request}/${file}`);
      }
    };
    const id = await suite.submit(paths(1), [
      { ...wait, seconds: 0 },
      { ...wait, seconds: 0 },
    ]);
    await until(
      async () => {
        await suite.pass(601);
        return (await fileRows(id))[0]?.state === "failed";
      },
      { everyMilliseconds: 50 },
    );
    const view = await ended(id);
    expect(view).toMatchObject({ state: "complete", counters: { failed: 1 } });
    const statuses = (await history(id)).map(({ status }) => status);
    expect(statuses.filter((status) => status === "gone_back")).toHaveLength(1);
    const [group] = await suite.ctx.db.query<{ class: string; message: string }>(
      "SELECT class, message FROM error_groups WHERE request_id = $1",
      [id],
    );
    expect(group).toEqual({ class: "evicted", message: "The staged copy was evicted." });
  });

  test("a request whose finish failed is redriven: only the finish is done again", async () => {
    suite = await openWaitSuite(way);
    let isRepaired = false;
    suite.hooks.finish = async () =>
      isRepaired
        ? { status: "success", results: [] }
        : { status: "failure", error: { class: "internal", message: "the catalogue is full" } };
    const id = await suite.submit(paths(2), [{ ...wait, seconds: 0 }]);
    await recorded(1);
    await suite.pass(601);
    expect(await ended(id)).toMatchObject({
      state: "failed",
      reason: "step 1 could not be finished: the catalogue is full",
      counters: { done: 2 },
    });
    isRepaired = true;
    const before = await history(id);
    const { files } = await redrive(suite.ctx, id, local);
    expect(files).toBe(0);
    expect(await ended(id)).toMatchObject({
      state: "complete",
      round: 2,
      reason: null,
      counters: { done: 2, failed: 0 },
    });
    expect(await history(id)).toEqual(before);
    expect(suite.outside.starts).toHaveLength(1);
    await expect(redrive(suite.ctx, id, local)).rejects.toMatchObject({
      code: "nothing_to_redrive",
    });
    expect(await suite.api.ledger.read(id)).toMatchObject({ state: "complete", round: 2 });
  });

  test("failures fail, retries are tried again in another task up to the limit", async () => {
    suite = await openWaitSuite(way, { env: { FILE_ATTEMPTS: "2" } });
    const failing = await suite.submit(paths(1, "x"), [
      { ...wait, seconds: 0, outcome: "failure" },
    ]);
    const retried = await suite.submit(paths(1, "y"), [{ ...wait, seconds: 0, outcome: "retry" }]);
    await until(
      async () => {
        await suite.pass(601);
        await suite.ctx.db.query(
          "UPDATE request_files SET not_before = NULL WHERE not_before IS NOT NULL",
        );
        suite.ctx.advanceQueue.add(retried);
        return (await counters(retried)).failed === 1;
      },
      { everyMilliseconds: 50 },
    );
    expect(await ended(failing)).toMatchObject({ counters: { failed: 1 } });
    expect(await ended(retried)).toMatchObject({ counters: { failed: 1 } });
    expect(await fileRows(failing)).toMatchObject([{ tries: 1 }]);
    expect(await fileRows(retried)).toMatchObject([{ tries: 2 }]);
    await until(async () => (await tasks()).every(({ state }) => state === "ended"));
  });
});

async function dueTasks(): Promise<number> {
  const [row] = await suite.ctx.db.query<{ n: number }>(
    `SELECT count(*) AS n FROM tasks WHERE next_check_at <= now() + make_interval(secs => $1)
     OR lease_until > now()`,
    [suite.clock.offsetSeconds()],
  );
  return row?.n ?? 0;
}

async function claimTwo(request: string) {
  const claimed = [...(await suite.api.ledger.claim(2, { request }))];
  if (claimed.length < 2) claimed.push(...(await suite.api.ledger.claim(1, { request })));
  const [first, second] = claimed;
  if (!first || !second) throw new Error("two files were expected");
  return [first, second] as const;
}

function sorted(keys: { request: string; file: number }[]) {
  return keys.toSorted((left, right) => left.file - right.file);
}
