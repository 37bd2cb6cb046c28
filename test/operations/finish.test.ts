// `finish` of an operation: results of the whole request, made once however often it is called.
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import type { FinishOutcome, Task, WorkerOperation } from "../../src/operations/contract.ts";
import { runFinishes } from "../../src/requests/finish/finish.ts";
import { claimFinish, recordFinish } from "../../src/requests/finish/finish-store.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
let calls: number;
afterEach(async () => {
  expect(await ledger.violations()).toEqual([]);
  await ledger.close();
});

/** Lists the results of a request in one object; `end` decides what becomes of it. */
function listing(end: (made: FinishOutcome, call: number) => FinishOutcome): WorkerOperation {
  return {
    name: "listing",
    runsIn: "worker",
    summary: "Makes one object of each file, and a list of them.",
    settings: z.strictObject({}),
    example: { settings: {} },
    outputs: () => ["part.txt"],
    perform: async () => ({ status: "success", results: [] }),
    async finish(_, context) {
      calls++;
      const names: string[] = [];
      for await (const { name } of context.results()) names.push(name);
      const list = await context.put("list.txt", Buffer.from(names.join("\n")));
      return end({ status: "success", results: [list] }, calls);
    },
  };
}

async function open(end: Parameters<typeof listing>[0], env: Record<string, string> = {}) {
  calls = 0;
  ledger = await openLedger({ operations: [listing(end)], env });
}

async function work(id: string, count: number): Promise<string[]> {
  const tasks: Task[] = [];
  while (tasks.length < count) tasks.push(...(await ledger.claim(count, { request: id })));
  for (const task of tasks) {
    const name = task.upload?.name ?? "";
    const { size } = await ledger.ctx.store.put(id, name, Buffer.from("part"));
    await ledger.report(task, "success", { results: [{ name, size }] });
  }
  return tasks.map((task) => task.upload?.name ?? "");
}

const whole = (id: string) =>
  ledger.ctx.db.query<{ name: string; size: number }>(
    "SELECT name, size FROM results WHERE request_id = $1 AND file_id IS NULL",
    [id],
  );

test("makes results of the whole request, before it ends and once", async () => {
  await open((made) => made);
  const id = await ledger.submit(3, { steps: ["listing"] });
  const names = await work(id, 3);
  expect(await ledger.ended(id)).toMatchObject({ state: "complete", counters: { done: 3 } });
  expect(await whole(id)).toEqual([{ name: "all-1-1-list.txt", size: names.join("\n").length }]);
  const object = await ledger.ctx.store.get(id, "all-1-1-list.txt");
  const listed = Buffer.concat((await object?.body.toArray()) ?? []).toString();
  expect(listed.split("\n").toSorted()).toEqual(names.toSorted());
  expect(calls).toBe(1);
});

test("what it throws or calls a retry is tried again; a failure fails the request with its reason", async () => {
  await open((made, call) => {
    if (call === 1) throw new Error("the disk is full");
    return made;
  });
  const first = await ledger.submit(1, { steps: ["listing"] });
  await work(first, 1);
  expect(await ledger.ended(first)).toMatchObject({ state: "complete" });
  expect(calls).toBe(2);
  expect(await whole(first)).toHaveLength(1);
  await ledger.close();

  const error = { class: "internal", message: "the archive has two files of one name" };
  await open(() => ({ status: "failure", error }));
  const second = await ledger.submit(1, { steps: ["listing"] });
  await work(second, 1);
  expect(await ledger.ended(second)).toMatchObject({
    state: "failed",
    reason: `step 1 could not be finished: ${error.message}`,
    counters: { done: 1 },
  });
  expect(calls).toBe(1);
  expect(await whole(second)).toEqual([]);
});

test("killed in the middle it is called again, and only the latest call is recorded", async () => {
  calls = 0;
  ledger = await openLedger({ operations: [listing((made) => made)], scheduler: false });
  const { ctx } = ledger;
  const id = await ledger.submit(1, { steps: ["listing"] });
  await work(id, 1);
  const doomed = await until(() => claimFinish(ctx.db.query, ["listing"], 0.3));
  expect(doomed).toMatchObject({ request: id, round: 1, step: 1, claims: 1 });
  expect(await ledger.read(id)).toMatchObject({ state: "running", counters: { done: 1 } });
  const stop = new AbortController();
  const running = runFinishes(ctx, stop.signal);
  expect(await ledger.ended(id)).toMatchObject({ state: "complete" });
  stop.abort();
  await running;
  expect(calls).toBe(1);
  expect(await ctx.db.tx((query) => recordFinish(query, doomed, []))).toBe(false);
  expect(await whole(id)).toHaveLength(1);
});
