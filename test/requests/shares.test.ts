// Whose files start next: among users, among the requests of one user, and past what has nothing to
// give.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Task } from "../../src/operations/contract.ts";
import { dispatch } from "../../src/requests/dispatch/dispatch.ts";
import { report } from "../../src/requests/reports/report.ts";
import { setUserShare } from "../../src/shares/limits-store.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeEach(async () => {
  // The sweep would publish lost messages again.
  ledger = await openLedger({ env: { SWEEP_SECONDS: "60", OPERATIONS: "noop" } });
});
afterEach(async () => {
  expect(await ledger.violations()).toEqual([]);
  await ledger.close();
});

const wanted = { operations: ["noop"] };

async function submitted(owner: string, files: number, more: object = {}): Promise<string> {
  const id = await ledger.submit(files, { owner, ...more });
  await ledger.published(id, Math.min(files, 1000));
  return id;
}

async function claimOne(): Promise<string> {
  const [task] = (await ledger.claim(1, { waitSeconds: 0 })) as [Task];
  return task.request;
}

const settle = (tasks: Task[]) =>
  report(
    ledger.ctx,
    local,
    "w",
    tasks.map(({ request, file, step, attempt }) => ({
      request,
      file,
      step,
      attempt,
      status: "success" as const,
    })),
  );

describe("the next free slot", () => {
  test("goes to a user who has nothing, past 10,000 files of another, within two slots", async () => {
    const large = await ledger.submit(10_000, { owner: "a" });
    await until(async () => (await ledger.read(large)).counters.total === 10_000);
    const busy = await ledger.claim(8);
    const small = await submitted("b", 1);
    const next: string[] = [];
    for (const task of busy.slice(0, 2)) {
      await settle([task]);
      next.push(await claimOne());
    }
    expect(next).toContain(small);
  });

  test("alternates between two users with equal shares", async () => {
    const a = await submitted("a", 10);
    const b = await submitted("b", 10);
    const order: string[] = [];
    for (let n = 0; n < 8; n++) order.push(await claimOne());
    expect(order).toEqual([a, b, a, b, a, b, a, b]);
  });

  test("goes by share: three of four to a user with three times the share", async () => {
    const a = await submitted("a", 20);
    await submitted("b", 20);
    await setUserShare(ledger.ctx.db.query, "a", 3);
    const tasks = await ledger.claim(16, { waitSeconds: 0 });
    expect(tasks.filter((task) => task.request === a)).toHaveLength(12);
  });

  test("goes round over the requests of one user, the older first", async () => {
    const first = await submitted("a", 10);
    const second = await submitted("a", 10);
    const order: string[] = [];
    for (let n = 0; n < 6; n++) order.push(await claimOne());
    expect(order).toEqual([first, second, first, second, first, second]);
  });

  test("goes to the request with the higher priority of one user, but not before other users", async () => {
    const low = await submitted("a", 2);
    const high = await submitted("a", 2, { priority: 5 });
    const other = await submitted("b", 4);
    const order: string[] = [];
    for (let n = 0; n < 8; n++) order.push(await claimOne());
    expect(order.filter((id) => id !== other)).toEqual([high, high, low, low]);
    expect(order.filter((_, n) => n % 2 === 1)).toEqual([other, other, other, other]);
  });
});

describe("one poll", () => {
  test("gives at most 1,000 files, to the workers in the order they came", async () => {
    await submitted("a", 1000);
    await submitted("a", 1000);
    const { given } = await dispatch(ledger.ctx, wanted, [
      { worker: "first", max: 700 },
      { worker: "second", max: 700 },
    ]);
    expect(given.map((tasks) => tasks.length)).toEqual([700, 300]);
  });

  test("finds work past any number of steps that have nothing to take", async () => {
    for (let user = 0; user < 40; user++)
      await Promise.all([1, 2, 3].map(() => submitted(`user ${user}`, 1)));
    await Promise.all(Array.from({ length: 60 }, () => submitted("user 0", 1)));
    await ledger.ctx.db.query("DELETE FROM queue_messages");
    const id = await submitted("user 0", 1);
    await ledger.ctx.db.query("UPDATE user_work SET served_at = now() WHERE owner = 'user 0'");
    expect(await claimOne()).toBe(id);
    await ledger.ctx.db.query("DELETE FROM requests WHERE id <> $1", [id]);
    await ledger.ctx.db.query("DELETE FROM user_work WHERE owner <> 'user 0'");
    await ledger.ctx.db.query("UPDATE user_work SET queued = 0");
  });
});

test("files that have begun are published before others of the request begin: later steps first", async () => {
  const id = await ledger.submit(1500, { steps: ["noop", "noop"] });
  await until(async () => (await ledger.read(id)).counters.queued === 1000);
  const tasks = await ledger.claim(600);
  await settle(tasks);
  const { steps } = await until(async () => {
    const view = await ledger.read(id);
    return view.counters.queued === 1000 ? view : undefined;
  });
  expect(steps.map((step) => step.queued)).toEqual([400, 600]);
});
