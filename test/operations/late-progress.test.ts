// What an agent reports of a task, when it comes twice, late, or in a message that cannot be read.
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { progressSchema } from "../../doc/generate/reports-schema.ts";
import type { ClaimedTask, TaskProgress } from "../../src/agent/contract.ts";
import { local } from "../../src/auth/caller.ts";
import { poisonTopic, progressTopic } from "../../src/queue/contract.ts";
import { claimTasks } from "../../src/tasks/claim.ts";
import { firstFile, listTaskFiles } from "../../src/tasks/list-files.ts";
import { recordProgress } from "../../src/tasks/progress.ts";
import { until } from "../support/wait.ts";
import { openWaitSuite, type WaitSuite } from "./wait/suite.ts";

let suite: WaitSuite;
let id: string;
const agent = "tape-host";

beforeEach(async () => {
  suite = await openWaitSuite("in an agent that reports by queue", {
    idle: true,
    env: { WAIT_BATCH_SECONDS: "0" },
  });
  id = await suite.submit(["/archive/a.nc"], [{ operation: "wait" }]);
});
afterEach(async () => {
  expect(await suite.api.ledger.violations()).toEqual([]);
  await suite.close();
});

test("doc/progress.schema.json is current: npm run generate", () => {
  const page = new URL("../../doc/progress.schema.json", import.meta.url);
  expect(readFileSync(page, "utf8")).toBe(progressSchema());
});

async function claim(): Promise<ClaimedTask> {
  const wanted = { operations: ["wait"], max: 1, waitSeconds: 30 };
  const [task] = await claimTasks(suite.ctx, local, agent, wanted);
  if (!task) throw new Error("There was no task.");
  return task;
}

const record = (task: string, progress: TaskProgress) =>
  recordProgress(suite.ctx, local, agent, task, progress);
const publish = (...bodies: Record<string, unknown>[]) =>
  suite.ctx.queue.publish(bodies.map((body) => ({ topic: progressTopic, body })));
const poison = (holding: string) =>
  until(async () => {
    const rows = await suite.ctx.db.query<{ body: unknown; reason: string }>(
      "SELECT body, reason FROM queue_messages WHERE topic = $1",
      [poisonTopic(progressTopic)],
    );
    return rows.find(({ body }) => JSON.stringify(body).includes(holding))?.reason;
  });
const taskRow = async () =>
  (
    await suite.ctx.db.query<{ leased_by: string | null; external_ref: string | null }>(
      "SELECT leased_by, external_ref FROM tasks",
    )
  )[0];

test("the end of a turn that comes twice ends no later turn of the same agent", async () => {
  const { task, turn } = await claim();
  const first = { settled: [], turn, externalRef: "job 1", againInSeconds: 0 };
  expect(await record(task, first)).toBe("ended");
  const later = await claim();
  expect(later).toMatchObject({ task, externalRef: "job 1" });
  expect(await record(task, { ...first, externalRef: "job 0" })).toBe("lost");
  expect(await record(task, { settled: [], turn })).toBe("lost");
  expect(await taskRow()).toEqual({ leased_by: agent, external_ref: "job 1" });
  expect(await record(task, { settled: [], turn: later.turn })).toBe("kept");
  // An agent of an earlier version does not say which turn it means.
  expect(await record(task, { settled: [] })).toBe("kept");
});

test("by queue: a file that is settled three times has one row, and the next message counts", async () => {
  const { task, turn } = await claim();
  const page = { state: "open", after: firstFile, limit: 1 } as const;
  const [open] = await listTaskFiles(suite.ctx, local, task, page);
  const key = { request: id, file: open?.file };
  const error = { class: "unavailable", message: "The tape was busy." };
  const settled = [{ ...key, status: "retry", error }];
  const message = { agent, task, turn, settled, againInSeconds: 0 };
  await publish(message, message);
  const second = await claim();
  expect(second.task).not.toBe(task);
  await publish(message);
  const success = { ...key, status: "success" };
  await publish({ agent, task: second.task, turn: second.turn, settled: [success] });
  expect(await suite.api.ledger.ended(id)).toMatchObject({ counters: { done: 1, failed: 0 } });
  const history = await suite.ctx.db.query(
    `SELECT status, count(*)::int AS n FROM file_status WHERE status <> 'start'
     GROUP BY 1 ORDER BY 1`,
  );
  expect(history).toEqual([
    { status: "retry", n: 1 },
    { status: "success", n: 1 },
  ]);
});

test("by queue: what cannot be read or is not allowed is poison, and what comes after it counts", async () => {
  const { task, turn } = await claim();
  const { issue } = suite.ctx.workTokens;
  const good = { agent, task, turn, settled: [] };
  const bad: [string, Record<string, unknown>, string][] = [
    ["no list", { ...good, settled: 7 }, "At /settled"],
    ["no task", { ...good, task: crypto.randomUUID() }, "There is no task"],
    ["another word", { ...good, externalReference: "x" }, "externalReference"],
    ["a wrong token", { ...good, token: "t" }, "not a worker's token of this service"],
    ["an old token", { ...good, token: await issue({ operations: ["wait"] }, -60) }, "has expired"],
    ["another operation", { ...good, token: await issue({ operations: ["noop"] }, 60) }, "no task"],
    ["one request", { ...good, token: await issue({ request: id }, 60) }, "There is no task"],
  ];
  for (const [name, message, reason] of bad) {
    await publish({ ...message, note: name });
    expect(await poison(name), name).toContain(reason);
  }
  expect(await taskRow()).toEqual({ leased_by: agent, external_ref: null });
  const token = await issue({ operations: ["wait"] }, 60);
  await publish({ ...good, token, externalRef: "job 1", againInSeconds: 60 });
  await until(async () => (await taskRow())?.external_ref === "job 1");
});
