import { readFileSync } from "node:fs";
import { connect } from "amqplib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportsSchema } from "../../doc/generate/reports-schema.ts";
import type { Task } from "../../src/operations/contract.ts";
import { type Consumer, reportsTopic } from "../../src/queue/contract.ts";
import { consumeReports } from "../../src/requests/reports/consume-reports.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { until } from "../support/wait.ts";

test("doc/reports.schema.json is current: npm run generate", () => {
  expect(readFileSync(new URL("../../doc/reports.schema.json", import.meta.url), "utf8")).toBe(
    reportsSchema(),
  );
});

const asReport = ({ request, file, step, attempt }: Task, status = "success") => ({
  request,
  file,
  step,
  attempt,
  status,
});

describe("reports through the database's queue", () => {
  test("with a token that is wrong, expired or not for the file end as poison, with the reason", async () => {
    const id = await ledger.submit(1);
    const [task] = (await ledger.claim(1, { request: id })) as [Task];
    const { issue } = ledger.ctx.workTokens;
    const refused = "reports were not recorded. refused: the worker's token does not allow";
    for (const [name, token, reason] of [
      ["wrong", "t", "not a worker's token of this service"],
      ["expired", await issue({ request: id }, -60), "has expired"],
      ["transforming", await issue({ operations: ["transform"] }, 60), refused],
      ["elsewhere", await issue({ request: crypto.randomUUID() }, 60), refused],
    ] as const) {
      const worker = `${name} ${id}`;
      await publish({ worker, token, reports: [asReport(task)] });
      expect(await poison(worker), name).toContain(reason);
    }
    expect(await ledger.read(id)).toMatchObject({ counters: { done: 0 } });
    await ledger.report(task, "success");
  });

  let ledger: Ledger;
  let consumer: Consumer;
  beforeAll(async () => {
    ledger = await openLedger();
    consumer = await consumeReports(ledger.ctx);
  });
  afterAll(async () => {
    await consumer.stop();
    expect(await ledger.violations()).toEqual([]);
    await ledger.close();
  });

  const publish = (...bodies: Record<string, unknown>[]) =>
    ledger.ctx.queue.publish(bodies.map((body) => ({ topic: reportsTopic, body })));
  const poison = (holding: string) =>
    until(async () => {
      const rows = await ledger.ctx.db.query<{ body: unknown; reason: string }>(
        "SELECT body, reason FROM queue_messages WHERE topic = $1",
        [`${reportsTopic}.poison`],
      );
      return rows.find(({ body }) => JSON.stringify(body).includes(holding))?.reason;
    });

  test("end a request of 1,500 files, single and in lists, half of them sent twice", async () => {
    const id = await ledger.submit(1500);
    const tasks: Task[] = [];
    await until(async () => {
      tasks.push(...(await ledger.claim(1000, { request: id, waitSeconds: 0 })));
      const fresh = tasks.splice(0);
      await publish(
        ...fresh.slice(0, 300).map((task) => ({ worker: "one by one", reports: [asReport(task)] })),
      );
      if (fresh.length > 300)
        await publish({
          worker: "many",
          token: await ledger.ctx.workTokens.issue({ operations: ["noop"], request: id }, 60),
          reports: fresh.slice(300).map((task) => asReport(task)),
        });
      await publish(
        ...fresh
          .filter((_, n) => n % 2)
          .map((task) => ({ worker: "again", reports: [asReport(task)] })),
      );
      return (await ledger.read(id)).state === "complete";
    });
    expect((await ledger.read(id)).counters).toMatchObject({ total: 1500, done: 1500 });
  });

  test("what cannot be read is poison with the reason, and good reports beside it are recorded", async () => {
    const id = await ledger.submit(2);
    const [one, two] = (await ledger.claim(2, { request: id })) as [Task, Task];
    await publish(
      { worker: "w", reports: [], mark: "mark-1" },
      { worker: "\u0007", reports: [asReport(one)], mark: "mark-2" },
      { mark: "mark-3" },
    );
    await publish({
      worker: "w4",
      reports: [asReport(one), { ...asReport(two), status: "finished" }, 7],
    });
    await publish({ worker: "w5", reports: [asReport(two)] });
    expect(await poison("mark-1")).toMatch(/reports/);
    expect(await poison("mark-2")).toMatch(
      /^At \/worker: must be a name without control characters\.$/,
    );
    expect(await poison("mark-3")).toMatch(/worker/);
    expect(await poison(`"worker":"w4"`)).toMatch(
      /^2 of 3 reports were not recorded\. At \/reports\/1\/status: .+ At \/reports\/2: /,
    );
    await ledger.ended(id);
    expect((await ledger.read(id)).counters).toMatchObject({ done: 2 });
  });

  test("a result with a name that the store does not take is poison alone, beside good reports", async () => {
    const id = await ledger.submit(2);
    const [one, two] = (await ledger.claim(2, { request: id })) as [Task, Task];
    const bad = { ...asReport(two), results: [{ name: "../two", size: 1 }] };
    await publish({ worker: "w6", reports: [bad, asReport(one)] });
    expect(await poison(`"worker":"w6"`)).toMatch(
      /^1 of 2 reports were not recorded\. refused: "\.\.\/two" is not an object name/,
    );
    await until(async () => (await ledger.read(id)).counters.done === 1);
    await ledger.report(two, "success");
    expect((await ledger.ended(id)).counters).toMatchObject({ done: 2 });
  });

  test("reports of what does not exist are done with, not kept", async () => {
    const before = await ledger.ctx.db.query("SELECT id FROM queue_messages");
    const unknown = {
      request: "00000000-0000-4000-8000-000000000000",
      file: 1,
      step: 1,
      attempt: 1,
      status: "success",
    };
    await publish({ worker: "w", reports: [unknown] });
    await until(
      async () =>
        (await ledger.ctx.db.query("SELECT id FROM queue_messages")).length === before.length,
    );
  });

  test("a fuzz of the queue: whatever is published, the consumer lives and good reports pass", async () => {
    const id = await ledger.submit(50);
    const tasks = await ledger.claim(50, { request: id });
    const odd: unknown[] = [
      null,
      true,
      -1,
      1e300,
      "",
      "\ud800",
      "x".repeat(10_000),
      [],
      {},
      [[[]]],
      { worker: "w" },
      { toString: 1 },
      "00000000-0000-4000-8000-000000000000",
    ];
    const [sample] = tasks as [Task];
    const spoilt = odd.flatMap((value) => [
      { worker: value, reports: [asReport(sample)] },
      { worker: "w", reports: value },
      { worker: "w", reports: [value] },
      ...["request", "file", "step", "attempt", "status", "at", "error", "results"].map((key) => ({
        worker: "w",
        reports: [{ ...asReport(sample, "start"), [key]: value }],
      })),
      {
        worker: "w",
        reports: [
          { ...asReport(sample, "failure"), attempt: 999, error: { class: value, message: value } },
        ],
      },
      {
        worker: "w",
        reports: [{ ...asReport(sample), attempt: 999, results: [{ name: value, size: value }] }],
      },
    ]);
    const sendable = spoilt.filter((body) => !JSON.stringify(body).includes("\\ud800"));
    for (const [n, body] of sendable.entries())
      await publish(body, {
        worker: "good",
        reports: tasks.slice(n % 50, (n % 50) + 1).map((task) => asReport(task)),
      });
    expect((await ledger.ended(id)).counters).toMatchObject({ done: 50 });
    await until(
      async () => (await ledger.ctx.queue.depths([reportsTopic])).get(reportsTopic) === 0,
    );
  });
});

const rabbit = await makeRabbit();

describe.skipIf(!rabbit)("reports through RabbitMQ", () => {
  if (!rabbit) return;
  let ledger: Ledger;
  let consumer: Consumer;
  beforeAll(async () => {
    await rabbit.start();
    ledger = await openLedger({ env: { QUEUE_URL: rabbit.url } });
    consumer = await consumeReports(ledger.ctx);
    await until(() => ledger.ctx.queue.check().then(() => true));
  });
  afterAll(async () => {
    await consumer.stop();
    await ledger.close();
    await rabbit.remove();
  });

  test("published by another client, before and after the broker is killed, end the request", async () => {
    const id = await ledger.submit(1200);
    let killed = false;
    await until(
      async () => {
        const tasks = await ledger.claim(100, { request: id, waitSeconds: 0 }).catch(() => []);
        await publishAsStranger(rabbit.url, [
          ...tasks.map((task) => ({ worker: "stranger", reports: [asReport(task)] })),
          "{ not json",
          "",
          ...oddities(id),
        ]);
        const { state, counters } = await ledger.read(id);
        if (!killed && counters.done > 300) {
          killed = true;
          await rabbit.kill();
          await rabbit.start();
        }
        return state === "complete";
      },
      { timeoutSeconds: 90 },
    );
    expect(killed).toBe(true);
    expect((await ledger.read(id)).counters).toMatchObject({ total: 1200, done: 1200 });
    expect(await ledger.violations()).toEqual([]);
  });
});

/** What JSON can say and a database cannot store. */
function oddities(request: string): string[] {
  const report = (more: string) =>
    `{"worker":"odd","reports":[{"request":"${request}","file":999999,"step":1,"attempt":1,${more}}]}`;
  return [
    report('"status":"failure","error":{"class":"a\\u0000b","message":"\\u0000 \\ud800"}'),
    report('"status":"success","results":[{"name":"a\\u0000/../\\udfff","size":1}]'),
    report('"status":"start"').replace(request, "\\u0000"),
    report('"status":"start"').replace(request, "../.."),
    report('"status":"start"').replace("odd", "\\ud800"),
  ];
}

/**
 * As any client in any language would: it declares the durable queue by its name, and publishes.
 */
async function publishAsStranger(url: string, bodies: unknown[]): Promise<void> {
  const connection = await until(() => connect(url));
  connection.on("error", () => undefined);
  const channel = await connection.createConfirmChannel();
  channel.on("error", () => undefined);
  await channel.assertQueue(reportsTopic, { durable: true });
  for (const body of bodies)
    channel.sendToQueue(
      reportsTopic,
      Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
      { persistent: true },
    );
  await channel.waitForConfirms();
  await connection.close();
}
