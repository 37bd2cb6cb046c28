// Rows of one request that are locked, slow or bad delay that request alone: its reports, and the
// claims of its files.
import { EventEmitter, once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { UnavailableError } from "../../src/errors.ts";
import type { Task } from "../../src/operations/contract.ts";
import { type Consumer, reportsTopic, workTopic } from "../../src/queue/contract.ts";
import { consumeReports } from "../../src/requests/reports/consume-reports.ts";
import { report } from "../../src/requests/reports/report.ts";
import type { Report, ReportAnswer } from "../../src/requests/views.ts";
import { limitOperation } from "../../src/shares/limits.ts";
import { withSlotsLocked } from "../../src/shares/slots.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { lockCounters } from "../support/lock-counters.ts";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { until } from "../support/wait.ts";

const successOf = ({ request, file, step, attempt }: Task): Report => ({
  request,
  file,
  step,
  attempt,
  status: "success",
});

async function claimed(ledger: Ledger, files: number): Promise<[string, Task[]]> {
  const id = await ledger.submit(files);
  const tasks: Task[] = [];
  while (tasks.length < files)
    tasks.push(...(await ledger.claim(files - tasks.length, { request: id })));
  return [id, tasks];
}

const done = async (ledger: Ledger, id: string) => (await ledger.read(id)).counters.done;

/** Like a worker: a report that is not recorded now is sent again. */
async function insist(ledger: Ledger, reports: Report[]): Promise<ReportAnswer[]> {
  for (;;) {
    try {
      return await report(ledger.ctx, local, "w", reports);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
    }
  }
}

describe("reports by call", () => {
  let ledger: Ledger;
  beforeAll(async () => {
    ledger = await openLedger({ env: { LEASE_SECONDS: "600" } });
  });
  afterAll(async () => {
    expect(await ledger.violations()).toEqual([]);
    await ledger.close();
  });

  test("of a request whose counters another session has locked wait alone", async () => {
    const [blocked, blockedTasks] = await claimed(ledger, 30);
    const [free, freeTasks] = await claimed(ledger, 30);
    const release = await lockCounters(ledger, blocked);
    let answered = 0;
    const waiting = blockedTasks.map(async (task, index) => {
      const answers = await insist(ledger, [successOf(task)]);
      answered++;
      expect(answers, String(index)).toEqual(["recorded"]);
    });
    for (const task of freeTasks)
      expect(await report(ledger.ctx, local, "w", [successOf(task)])).toEqual(["recorded"]);
    expect(answered).toBe(0);
    expect((await ledger.ended(free)).counters).toMatchObject({ done: 30 });
    expect(await done(ledger, blocked)).toBe(0);
    await release();
    await Promise.all(waiting);
    expect((await ledger.ended(blocked)).counters).toMatchObject({ done: 30 });
  });

  test("without a hold are refused with a time to wait, and recorded later", async () => {
    const [id, [task]] = (await claimed(ledger, 1)) as [string, [Task]];
    const release = await lockCounters(ledger, id);
    const refused = report(ledger.ctx, local, "w", [successOf(task)], { holdSeconds: 0 });
    const error = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnavailableError);
    expect((error as UnavailableError).retryAfterSeconds).toBeGreaterThan(0);
    expect((error as Error).message).toContain(`Reports of request ${id} cannot be recorded now`);
    await release();
    expect(await insist(ledger, [successOf(task)])).toEqual(["recorded"]);
  });

  test("that Postgres rejects are refused one by one, among good ones of another request", async () => {
    const [bad, badTasks] = await claimed(ledger, 100);
    const [good, goodTasks] = await claimed(ledger, 100);
    const rejected = badTasks.map((task) => ({ ...successOf(task), attempt: 2 ** 40 }));
    const [refusals, ...answers] = await Promise.all([
      report(ledger.ctx, local, "w", rejected),
      ...goodTasks.map((task) => report(ledger.ctx, local, "w", [successOf(task)])),
    ]);
    expect(refusals.every((answer) => answer.startsWith("refused: "))).toBe(true);
    expect(answers.flat()).toEqual(goodTasks.map(() => "recorded"));
    expect((await ledger.ended(good)).counters).toMatchObject({ done: 100 });
    expect(await report(ledger.ctx, local, "w", badTasks.map(successOf))).toEqual(
      badTasks.map(() => "recorded"),
    );
    expect((await ledger.ended(bad)).counters).toMatchObject({ done: 100 });
  });

  test("of a request with slow rows do not stop those of another", async () => {
    const [slow, slowTasks] = await claimed(ledger, 4);
    const [quick, quickTasks] = await claimed(ledger, 20);
    const { query } = ledger.ctx.db;
    await query("CREATE TABLE slow_requests (id uuid)");
    await query("INSERT INTO slow_requests VALUES ($1)", [slow]);
    await query(`CREATE FUNCTION wait_if_slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_sleep(60) FROM slow_requests WHERE id = NEW.request_id; RETURN NEW; END $$`);
    await query(`CREATE TRIGGER wait_if_slow BEFORE INSERT ON file_status
      FOR EACH ROW EXECUTE FUNCTION wait_if_slow()`);
    const waiting = insist(ledger, slowTasks.map(successOf));
    for (const task of quickTasks)
      expect(await report(ledger.ctx, local, "w", [successOf(task)])).toEqual(["recorded"]);
    expect((await ledger.ended(quick)).counters).toMatchObject({ done: 20 });
    expect(await done(ledger, slow)).toBe(0);
    await query("DELETE FROM slow_requests");
    expect(await waiting).toEqual(slowTasks.map(() => "recorded"));
    await query("DROP TRIGGER wait_if_slow ON file_status");
    expect((await ledger.ended(slow)).counters).toMatchObject({ done: 4 });
  });
});

describe("claims", () => {
  let ledger: Ledger;
  beforeAll(async () => {
    ledger = await openLedger({ scheduler: false });
  });
  afterAll(async () => {
    expect(await ledger.violations()).toEqual([]);
    await ledger.close();
  });

  /** Claims of two workers until so many files have started; how many of each request. */
  async function claimUntil(files: number): Promise<Map<string, number>> {
    const started = new Map<string, number>();
    for (let left = files; left > 0; ) {
      const claims = ["one", "two"].map((worker) => ledger.claim(left, { worker }));
      for (const { request } of (await Promise.all(claims)).flat()) {
        started.set(request, (started.get(request) ?? 0) + 1);
        left--;
      }
    }
    return started;
  }

  async function waitingMessages(id: string): Promise<number> {
    const topic = workTopic("noop", id);
    return (await ledger.ctx.queue.depths([topic])).get(topic) ?? 0;
  }

  async function submitted(files: number): Promise<string> {
    const id = await ledger.submit(files);
    await ledger.published(id, files);
    return id;
  }

  test("a locked request keeps no other request from being claimed", async () => {
    const blocked = await submitted(10);
    const free = [await submitted(20), await submitted(30)];
    const release = await lockCounters(ledger, blocked);
    const started = await claimUntil(50);
    expect([...started].sort()).toEqual(free.map((id, at) => [id, at ? 30 : 20]).sort());
    // Its messages are not lost with the failed start, nor invisible for a lease.
    await until(async () => (await waitingMessages(blocked)) === 10);
    await release();
    expect(await claimUntil(10)).toEqual(new Map([[blocked, 10]]));
    await until(async () => (await waitingMessages(blocked)) === 0);
  });

  test("a locked request with withheld files keeps no other file from being claimed", async () => {
    const withheld = [await submitted(1), await submitted(1)] as const;
    for (const id of withheld) {
      await ledger.ctx.queue.drop(workTopic("noop", id));
      await ledger.ctx.db.query(
        `WITH moved AS (
           UPDATE request_files SET state = 'waiting', lease_until = NULL, withheld = true,
             given_back_by = '{another}', given_back_at = now()
           WHERE request_id = $1 RETURNING 1
         )
         UPDATE request_steps SET queued = 0, waiting = (SELECT count(*) FROM moved)
         WHERE request_id = $1`,
        [id],
      );
    }
    const [blocked, open] = withheld;
    const free = await submitted(5);
    const release = await lockCounters(ledger, blocked);
    expect(await claimUntil(6)).toEqual(
      new Map([
        [open, 1],
        [free, 5],
      ]),
    );
    await release();
    expect(await claimUntil(1)).toEqual(new Map([[blocked, 1]]));
  });
});

describe("claims of an operation with a limit", () => {
  let ledger: Ledger;
  beforeAll(async () => {
    ledger = await openLedger({ scheduler: false });
    await limitOperation(ledger.ctx, local, "noop", { slots: 100, slotsPerUser: null });
  });
  afterAll(async () => {
    expect(await ledger.violations()).toEqual([]);
    await ledger.close();
  });

  test("that wait too long for the slots take no request for locked, and start its files once they are free", async () => {
    const id = await ledger.submit(4);
    await ledger.published(id, 4);
    const events = new EventEmitter();
    const locked = once(events, "locked");
    const holding = withSlotsLocked(ledger.ctx.db, { operations: ["noop"] }, async () => {
      const released = once(events, "release");
      events.emit("locked");
      await released;
    });
    await locked;
    expect(await ledger.claim(4, { waitSeconds: 0 })).toEqual([]);
    expect(ledger.ctx.lockedRequests.has(id)).toBe(false);
    events.emit("release");
    await holding;
    expect(await ledger.claim(4, { waitSeconds: 0 })).toHaveLength(4);
  });
});

const rabbit = await makeRabbit();
const queues = [
  { name: "the database's queue", open: async () => undefined },
  {
    name: "RabbitMQ",
    async open() {
      await rabbit?.start();
      return rabbit?.url;
    },
  },
];

describe.each(rabbit ? queues : queues.slice(0, 1))("reports through $name", ({ name, open }) => {
  let ledger: Ledger;
  let consumer: Consumer;
  beforeAll(async () => {
    const url = await open();
    ledger = await openLedger({ env: { LEASE_SECONDS: "600", ...(url && { QUEUE_URL: url }) } });
    consumer = await consumeReports(ledger.ctx);
  });
  afterAll(async () => {
    await consumer.stop();
    await ledger.close();
    if (name === "RabbitMQ") await rabbit?.remove();
  });

  const publish = (reports: Report[]) =>
    ledger.ctx.queue.publish(
      reports.map((each) => ({ topic: reportsTopic, body: { worker: "w", reports: [each] } })),
    );

  test("pass a request whose counters are locked, whose own come again until it is not", async () => {
    const [blocked, blockedTasks] = await claimed(ledger, 50);
    const [free, freeTasks] = await claimed(ledger, 50);
    const release = await lockCounters(ledger, blocked);
    // More than the consumer takes at once: those behind them arrive only if these give way.
    for (let times = 0; times < 50; times++) await publish(blockedTasks.map(successOf));
    await publish(freeTasks.map(successOf));
    await until(async () => (await done(ledger, free)) === 50);
    expect(await done(ledger, blocked)).toBe(0);
    await release();
    await until(async () => (await done(ledger, blocked)) === 50);
    expect((await ledger.ended(blocked)).counters).toMatchObject({ done: 50 });
    expect(await ledger.violations()).toEqual([]);
  });
});
