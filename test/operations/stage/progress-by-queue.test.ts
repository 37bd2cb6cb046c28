// An agent on the tape host that reports by the broker, which is killed while it does.
import { connect } from "amqplib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Consumer, poisonTopic, progressTopic } from "../../../src/queue/contract.ts";
import { consumeProgress } from "../../../src/tasks/consume-progress.ts";
import { type Running, startCli } from "../../support/cli.ts";
import { makeRabbit, type Rabbit } from "../../support/rabbitmq/broker.ts";
import { until } from "../../support/wait.ts";
import { openStageSuite, type StageSuite } from "./suite.ts";

let rabbit: Rabbit | undefined;
let suite: StageSuite;
let consumer: Consumer;
let agent: Running;

beforeEach(async () => {
  rabbit = await makeRabbit();
  await rabbit?.start();
  if (!rabbit) return;
  suite = await openStageSuite("in the scheduler", {
    idle: true,
    env: { QUEUE_URL: rabbit.url, LEASE_SECONDS: "3" },
  });
  consumer = await consumeProgress(suite.ctx);
  await rabbit.control("add_user", "agent", "secret");
  await rabbit.control("set_permissions", "agent", "^$", `^${progressTopic}$`, "^$");
  agent = startAgent(rabbit);
});

afterEach(async () => {
  if (!rabbit) return;
  agent.child.kill("SIGKILL");
  await agent.ended;
  expect(await suite.api.ledger.violations()).toEqual([]);
  await rabbit.start().catch(() => undefined);
  await consumer.stop();
  await suite.close();
  await rabbit.remove();
});

/** With a login that may do nothing but write to the exchange. */
function startAgent({ url }: Rabbit): Running {
  const args = ["agent", "--operations", "stage", "--url", suite.api.url, "--reports", "queue"];
  return startCli(args, {
    env: { ...suite.tape.env, QUEUE_URL: url.replace("guest:guest", "agent:secret") },
  });
}

const outcomes = () =>
  suite.ctx.db.query<{ status: string; n: number; files: number }>(
    `SELECT status, count(*)::int AS n, count(DISTINCT file_id)::int AS files FROM file_status
     WHERE step = 1 AND status <> 'start' GROUP BY 1 ORDER BY 1`,
  );

test("a broker killed while files come from tape: each is recalled once, and is one row", async ({
  skip,
}) => {
  if (!rabbit) return skip("there is no RabbitMQ here");
  const { tape, api } = suite;
  const paths = tape.put(Array.from({ length: 40 }, (_, at) => `f${at + 10}.nc`));
  tape.set({ HELD: paths.slice(10) });
  const id = await suite.submit(paths, [{ operation: "stage" }, { operation: "noop" }]);
  const passed = async () => (await api.ledger.read(id)).steps[0]?.passed;
  await until(async () => (await passed()) === 10);

  for (const arrived of [25, 40]) {
    // The agent logs it once per outage, perhaps while the broker is being killed.
    const known = agent.stderr().length;
    await rabbit.kill();
    tape.set({ HELD: paths.slice(arrived) });
    await until(() => agent.stderr().slice(known).includes("progress could not be sent"), {
      what: "progress without a broker",
    });
    await rabbit.start();
    await until(async () => (await passed()) === arrived, { what: `${arrived} files` });
  }
  await api.ledger.work(id, paths.length);
  expect(await api.ledger.ended(id)).toMatchObject({ counters: { done: 40 } });
  expect(tape.timesRecalled()).toEqual(new Map(paths.map((path) => [path, 1])));
  expect(await outcomes()).toEqual([{ status: "success", n: 40, files: 40 }]);
});

test("the service reads late, and everything twice: a lease is kept so long, and nothing counts twice", async ({
  skip,
}) => {
  if (!rabbit) return skip("there is no RabbitMQ here");
  const { tape, api } = suite;
  const connection = await connect(rabbit.url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue("copies", { durable: false });
  await channel.bindQueue("copies", progressTopic, "");
  await consumer.stop();
  const paths = tape.put(["a.nc", "b.nc"]);
  const id = await suite.submit(paths);
  const copies = async () => (await channel.checkQueue("copies")).messageCount;
  await until(async () => (await copies()) > 0);
  // Longer than a lease, during which other agents could claim the task.
  const since = Date.now();
  await until(() => Date.now() - since > 5000);
  const turns = await suite.ctx.db.query("SELECT turn, leased_by IS NOT NULL AS leased FROM tasks");
  expect(turns).toEqual([{ turn: 1, leased: true }]);
  consumer = await consumeProgress(suite.ctx);
  expect(await api.ledger.ended(id)).toMatchObject({ counters: { done: 2 } });

  const states = () => suite.ctx.db.query("SELECT state, turn, external_ref FROM tasks");
  await until(async () => (await states()).every(({ state }) => state === "ended"));
  const before = await states();
  for (let one = await channel.get("copies"); one; one = await channel.get("copies"))
    channel.sendToQueue(progressTopic, one.content, one.properties);
  await channel.waitForConfirms();
  const waiting = async () => (await channel.checkQueue(progressTopic)).messageCount;
  await until(async () => (await waiting()) === 0);
  await consumer.stop();
  expect(await states()).toEqual(before);
  expect(await outcomes()).toEqual([{ status: "success", n: 2, files: 2 }]);
  expect(await suite.ctx.queue.depths([poisonTopic(progressTopic)])).toEqual(
    new Map([[poisonTopic(progressTopic), 0]]),
  );
  expect(tape.timesRecalled()).toEqual(new Map(paths.map((path) => [path, 1])));
  await connection.close();
});

test("an agent without a broker to name says what to set", async ({ skip }) => {
  if (!rabbit) return skip("there is no RabbitMQ here");
  const args = ["agent", "--operations", "stage", "--url", suite.api.url];
  const running = startCli(args, {
    env: { ...suite.tape.env, QUEUE_URL: "", LONGSHORE_REPORTS: "queue" },
  });
  expect((await running.ended).code).toBe(2);
  expect(running.stderr()).toContain("set QUEUE_URL to the RabbitMQ of the service");
});
