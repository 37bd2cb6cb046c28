import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { knownKey } from "../../src/requests/keys/credentials.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { makeScaler } from "../../src/requests/scheduler/scale-workers.ts";
import { openWork } from "../../src/requests/scheduler/scale-workers-store.ts";
import type { Runner, WorkerGroup } from "../../src/runner/contract.ts";
import { readLine } from "../../src/shares/line-store.ts";
import { type OutsideSettings, outsideOperation } from "../operations/outside.ts";
import { type Ledger, openBeside, openLedger } from "../support/context.ts";
import { freePorts } from "../support/free-ports.ts";
import { until } from "../support/wait.ts";

const asked: OutsideSettings[] = [];
let ledger: Ledger;
beforeAll(async () => {
  // No broker is needed to record a request
  const env = { QUEUE_URL: `amqp://127.0.0.1:${(await freePorts(1))[0]}` };
  ledger = await openLedger({
    scheduler: false,
    env: { ...env, TRANSFORMER_RABBIT_MQ_URL: "amqp://pods@broker", TRANSFORMER_MAX_REPLICAS: "3" },
    operations: [outsideOperation(asked)],
    s3Url: () => "http://127.0.0.1:9000",
  });
});
afterAll(() => ledger.close());

interface Given {
  says?: string;
  key?: string;
  steps?: { operation: string; settings: Record<string, unknown> }[];
}

async function submitted(to: Ledger, { says = "code", key, steps }: Given = {}): Promise<string> {
  const input = {
    dataset: { files: ["/data/1.root"] },
    steps: steps ?? [{ operation: "outside", settings: { says, destination: "object-store" } }],
  };
  const sent = key === undefined ? undefined : { key, bodyHash: key };
  return (await submit(to.ctx, local, input, { key: sent })).request.id;
}

function recorded(id: string) {
  return ledger.ctx.db.query<Record<string, unknown>>(
    "SELECT * FROM step_workloads WHERE request_id = $1 ORDER BY step",
    [id],
  );
}

test("what a step's containers do is recorded with its request, and asked for once", async () => {
  asked.length = 0;
  const id = await submitted(ledger, { key: "once" });
  expect(await submitted(ledger, { key: "once" })).toBe(id);
  expect(asked).toHaveLength(1);
  expect(await recorded(id)).toMatchObject([
    {
      step: 1,
      run_id: id,
      image: "example.org/science:1",
      language: "python",
      command: "/generated/transform_single_file.py",
      format: "parquet",
      destination: "object-store",
      files: { "generated_transformer.py": Buffer.alloc(20, "x").toString("base64") },
    },
  ]);
});

test("the first such step has the request's name, and a later one its own", async () => {
  const outside = { operation: "outside", settings: { says: "code", destination: "volume" } };
  const id = await submitted(ledger, {
    steps: [{ operation: "noop", settings: {} }, outside, outside],
  });
  const rows = await recorded(id);
  expect(rows.map(({ step }) => step)).toEqual([2, 3]);
  expect(rows[0]?.run_id).toBe(id);
  expect(rows[1]?.run_id).not.toBe(id);
});

test("a step whose operation names no container is left to our workers", async () => {
  expect(await recorded(await submitted(ledger, { says: "nothing" }))).toEqual([]);
});

test("a refusal of the generator is the user's, and nothing is recorded", async () => {
  const refused = submitted(ledger, {
    steps: [
      { operation: "noop", settings: {} },
      { operation: "outside", settings: { says: "refusal" } },
    ],
  });
  await expect(refused).rejects.toMatchObject({
    status: 422,
    message: "The generator cannot read this.",
    errors: [{ pointer: "/steps/1/says" }],
  });
});

test("generated code that no container can be given is refused", async () => {
  await expect(submitted(ledger, { says: "too much" })).rejects.toMatchObject({
    status: 422,
    message: "The generated code has 1048577 bytes, and its containers get 1048576 at most.",
  });
});

test("without a broker such a step is refused, and the sentence names the setting", async () => {
  const operations = [outsideOperation()];
  const beside = await openBeside(ledger, { operations });
  await expect(submitted(beside)).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining("QUEUE_URL"),
  });
  await beside.close();
});

test("where workers are processes of this machine, such a step is refused with what is needed", async () => {
  const operations = [outsideOperation()];
  const env = { RUNNER: "local", QUEUE_URL: ledger.ctx.config.queueUrl ?? "" };
  const beside = await openBeside(ledger, { operations, env });
  await expect(submitted(beside)).rejects.toMatchObject({
    status: 422,
    code: "no_containers",
    message: expect.stringMatching(/RUNNER=kubernetes.*RUNNER=external/),
  });
  await beside.close();
});

test("files of such a step are not in the line of our workers, and want none of them", async () => {
  const { query } = ledger.ctx.db;
  const [theirs, ours] = [await submitted(ledger), await submitted(ledger, { says: "nothing" })];
  // The service is at work on both as well, and finds no broker.
  for (const [id, queued] of [
    [theirs, 1000],
    [ours, 1],
  ] as const) {
    await query("UPDATE requests SET state = 'running' WHERE id = $1", [id]);
    await query("UPDATE request_steps SET queued = $2 WHERE request_id = $1", [id, queued]);
  }
  const filter = { operations: ["outside"], users: 10, stepsOfUser: 10, without: [] };
  const line = (await readLine(query, filter)).steps.map(({ request }) => request);
  expect(line).toContain(ours);
  expect(line).not.toContain(theirs);
  expect((await openWork(query, ["outside"]))[0]?.files).toBeLessThan(10);
});

/** What a leader with no memory asks of its runner. */
async function wantedOf(groups: Runner["groups"], capacity = 100): Promise<WorkerGroup[]> {
  const runner = { ...ledger.ctx.runner, groups, capacity, reconcile: async () => undefined };
  return makeScaler({ ...ledger.ctx, runner })();
}

test("the containers of a step are a group, with what they run and keys of their request alone", async () => {
  const id = await submitted(ledger);
  const group = await until(async () =>
    (await wantedOf("together")).find(({ request }) => request === id),
  );
  expect(group).toMatchObject({
    key: `run-${id}`,
    step: 1,
    operations: ["outside"],
    workload: { run: id, image: "example.org/science:1", format: "parquet" },
    credentials: { brokerUrl: "amqp://pods@broker", store: { url: "http://127.0.0.1:9000" } },
    size: 1,
  });
  expect(knownKey(ledger.ctx.signingKey, group?.credentials.store?.key ?? "")).toMatchObject({
    kind: "write",
    bucket: id,
  });
  expect(await ledger.ctx.store.buckets()).toContain(id);
  await cancel(ledger.ctx, id, local);
  expect((await wantedOf("together")).map(({ request }) => request)).not.toContain(id);
});

test("where groups are by operation, each of ours has a token for its own, and all fit", async () => {
  const { query } = ledger.ctx.db;
  const ours = await submitted(ledger, { steps: [{ operation: "noop", settings: {} }] });
  const theirs = await submitted(ledger);
  await until(async () => (await ledger.read(theirs)).counters.total === 1);
  await query("UPDATE requests SET state = 'running' WHERE id = $1", [ours]);
  await query("UPDATE request_steps SET queued = 1000 WHERE request_id = $1", [ours]);
  const wanted = await wantedOf("per-operation", 4);
  const noop = wanted.find(({ key }) => key === "operation-noop");
  expect(await ledger.ctx.workTokens.verify(noop?.credentials.workToken ?? "")).toMatchObject({
    scope: { operations: ["noop"] },
  });
  expect(wanted.reduce((sum, { size }) => sum + size, 0)).toBe(4);
  expect(noop?.size).toBeGreaterThanOrEqual(2);
});
