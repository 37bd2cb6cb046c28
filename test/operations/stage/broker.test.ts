// An agent on the tape host, and a broker between service and workers that is killed for a minute.
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Running, startCli } from "../../support/cli.ts";
import { makeRabbit, type Rabbit } from "../../support/rabbitmq/broker.ts";
import { until } from "../../support/wait.ts";
import { openStageSuite, type StageSuite } from "./suite.ts";

let rabbit: Rabbit | undefined;
let suite: StageSuite;
let agent: Running;

beforeEach(async () => {
  rabbit = await makeRabbit();
  await rabbit?.start();
  if (!rabbit) return;
  suite = await openStageSuite("in the scheduler", { idle: true, env: { QUEUE_URL: rabbit.url } });
  agent = startCli(["agent", "--operations", "stage", "--url", suite.api.url], {
    env: suite.tape.env,
  });
});

afterEach(async () => {
  if (!rabbit) return;
  agent.child.kill("SIGKILL");
  await agent.ended;
  expect(await suite.api.ledger.violations()).toEqual([]);
  await suite.close();
  await rabbit.kill();
  await rabbit.remove();
});

const awaySeconds = 60;

test("a broker killed for a minute: files go on coming from tape, each once, and none is forgotten", async ({
  skip,
}) => {
  if (!rabbit) return skip("there is no RabbitMQ here");
  const { tape, api } = suite;
  const paths = tape.put(Array.from({ length: 40 }, (_, at) => `f${at + 10}.nc`));
  tape.set({ HELD: paths.slice(10) });
  const id = await suite.submit(paths, [{ operation: "stage" }, { operation: "noop" }]);
  const passed = async () => (await api.ledger.read(id)).steps[0]?.passed;
  await until(async () => (await passed()) === 10);

  await rabbit.kill();
  const back = performance.now() + awaySeconds * 1000;
  tape.set({ HELD: paths.slice(30) });
  await until(async () => (await passed()) === 30, { what: "files without a broker" });
  // A second request while it is away: its files join what is being recalled.
  const second = await suite.submit(paths.slice(30));
  await wait(Math.max(0, back - performance.now()));
  await rabbit.start();

  tape.set({ HELD: [] });
  expect(await api.ledger.ended(second)).toMatchObject({ counters: { done: 10 } });
  await api.ledger.work(id, paths.length);
  expect(await api.ledger.ended(id)).toMatchObject({ counters: { done: 40 } });
  expect(tape.timesRecalled()).toEqual(new Map(paths.map((path) => [path, 1])));
  const settled = await suite.ctx.db.query<{ n: number }>(
    "SELECT count(*) AS n FROM file_status WHERE step = 1 AND status = 'success'",
  );
  expect(settled).toEqual([{ n: 50 }]);
});
