import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Context } from "../../src/deps.ts";
import type { Task } from "../../src/operations/contract.ts";
import { noop } from "../../src/operations/noop/index.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { makeScaler } from "../../src/requests/scheduler/scale-workers.ts";
import { makeScaleDownDelay } from "../../src/requests/scheduler/steady-sizes.ts";
import type { WorkerGroup } from "../../src/runner/contract.ts";
import { type SlotLimits, setOperationLimits } from "../../src/shares/limits-store.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ operations: [{ ...noop, name: "second" }] });
});
afterAll(() => ledger.close());

/** What a leader with no memory asks of its runner now. */
async function wanted(operations = ledger.ctx.operations): Promise<WorkerGroup[]> {
  const calls: WorkerGroup[][] = [];
  const runner: Context["runner"] = {
    ...ledger.ctx.runner,
    reconcile: async (groups) => void calls.push(groups),
  };
  await makeScaler({ ...ledger.ctx, operations, runner })();
  expect(calls).toHaveLength(1);
  return calls[0] ?? [];
}
const size = async () => (await wanted())[0]?.size ?? 0;
const queued = (id: string, files: number) =>
  until(async () => (await ledger.read(id)).counters.queued === files);

test("one group serves all requests, with as many workers as could be busy", async () => {
  expect(await wanted()).toEqual([]);
  const small = await ledger.submit(2);
  const large = await ledger.submit(5);
  await Promise.all([queued(small, 2), queued(large, 5)]);
  expect(await wanted()).toEqual([
    {
      key: "service",
      operations: ["noop", "transform", "second"],
      credentials: { workToken: expect.any(String) },
      size: 7,
    },
  ]);
  const token = (await wanted())[0]?.credentials.workToken ?? "";
  expect(await ledger.ctx.workTokens.verify(token)).toEqual({
    kind: "worker",
    scope: { operations: ["noop", "transform", "second"] },
  });
  const [task] = (await ledger.claim(1, { request: small })) as [Task];
  expect(await size()).toBe(7);
  await ledger.report(task, "success");
  expect(await size()).toBe(6);
  await cancel(ledger.ctx, large, local);
  expect(await size()).toBe(1);
  await cancel(ledger.ctx, small, local);
  expect(await wanted()).toEqual([]);
});

test("a file that is withheld from all workers asks for another one", async () => {
  const id = await ledger.submit(1);
  for (let times = 0; times < 3; times++) {
    const [task] = (await ledger.claim(1, { request: id })) as [Task];
    await ledger.report(task, "given_back");
  }
  await until(async () => (await ledger.read(id)).counters.waiting === 1);
  expect(await size()).toBe(1);
  await cancel(ledger.ctx, id, local);
  expect(await wanted()).toEqual([]);
});

test("a request with a limit on its workers adds no more than that, and others no less", async () => {
  const limited = await ledger.submit(10, { workers: 2 });
  const free = await ledger.submit(3);
  await Promise.all([queued(limited, 10), queued(free, 3)]);
  expect(await size()).toBe(5);
  await cancel(ledger.ctx, limited, local);
  await cancel(ledger.ctx, free, local);
});

test("limits of users and of the operation want no more workers than may be busy", async () => {
  const limit = (limits: Partial<SlotLimits>) =>
    setOperationLimits(ledger.ctx.db, "noop", { slots: null, slotsPerUser: null, ...limits });
  const ids = [
    await ledger.submit(10, { owner: "a" }),
    await ledger.submit(10, { owner: "a" }),
    await ledger.submit(2, { owner: "b" }),
  ];
  await Promise.all(ids.map((id, n) => queued(id, n === 2 ? 2 : 10)));
  expect(await size()).toBe(22);
  await limit({ slotsPerUser: 3 });
  expect(await size()).toBe(5);
  await limit({ slotsPerUser: 3, slots: 4 });
  expect(await size()).toBe(4);
  await limit({});
  for (const id of ids) await cancel(ledger.ctx, id, local);
});

test("a limit that is lowered holds at once, though workers stay after their work", async () => {
  const sizes: number[] = [];
  const runner: Context["runner"] = {
    ...ledger.ctx.runner,
    reconcile: async ([group]) => void sizes.push(group?.size ?? 0),
  };
  const scale = makeScaler({ ...ledger.ctx, operations: new Map([["noop", noop]]), runner });
  const limit = (slots: number | null) =>
    setOperationLimits(ledger.ctx.db, "noop", { slots, slotsPerUser: null });
  const id = await ledger.submit(6);
  await queued(id, 6);
  await scale();
  await limit(2);
  await scale();
  await limit(null);
  await scale();
  await cancel(ledger.ctx, id, local);
  await scale();
  expect(sizes).toEqual([6, 2, 6, 6]);
});

test("workers of a request count once over its steps, beside the limits of others", async () => {
  const id = await ledger.submit(4, { steps: ["noop", "second"], workers: 2, owner: "a" });
  await queued(id, 4);
  for (const task of await ledger.claim(2, { request: id })) await ledger.report(task, "success");
  await until(async () => (await ledger.read(id)).steps[1]?.queued === 2);
  const other = await ledger.submit(10, { owner: "b" });
  await queued(other, 10);
  expect(await size()).toBe(12);
  await setOperationLimits(ledger.ctx.db, "noop", { slots: null, slotsPerUser: 1 });
  expect(await size()).toBe(3);
  await setOperationLimits(ledger.ctx.db, "noop", { slots: null, slotsPerUser: null });
  for (const each of [id, other]) await cancel(ledger.ctx, each, local);
});

test("a process whose term has ended asks for no workers, and does not record that it does", async () => {
  const { query } = ledger.ctx.db;
  const recorded = () => query("SELECT FROM service_beats WHERE duty = 'workers'");
  let asked = 0;
  const runner: Context["runner"] = {
    ...ledger.ctx.runner,
    capacity: 1,
    reconcile: async () => {
      asked += 1;
    },
  };
  const scale = (isLeader: boolean) =>
    makeScaler({ ...ledger.ctx, runner }, { isLeader: () => isLeader })();
  await query("DELETE FROM service_beats WHERE duty = 'workers'");
  await scale(false);
  expect(asked).toBe(0);
  expect(await recorded()).toHaveLength(0);
  await scale(true);
  expect(asked).toBe(1);
  expect(await recorded()).toHaveLength(1);
});

test("work of an operation that this service does not offer wants no worker", async () => {
  const id = await ledger.submit(4);
  await queued(id, 4);
  const { transform } = Object.fromEntries(ledger.ctx.operations);
  expect(await wanted(new Map(transform && [["transform", transform]]))).toEqual([]);
  await cancel(ledger.ctx, id, local);
});

test("a size grows at once, and falls when it has been lower for the whole delay", () => {
  let now = 0;
  const steady = makeScaleDownDelay(30, () => now);
  const sizes: number[] = [];
  for (const [at, size] of [
    [0, 4],
    [10, 8],
    [20, 0],
    [35, 3],
    [40, 0],
    [41, 0],
    [65, 0],
    [66, 0],
  ] as const) {
    now = at;
    sizes.push(steady(size));
  }
  expect(sizes).toEqual([4, 8, 8, 8, 8, 3, 3, 0]);
});
