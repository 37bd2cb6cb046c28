// The bound that doc/shares.md states, for many users and two processes on one database.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Task } from "../../src/operations/contract.ts";
import { type Ledger, openBeside, openLedger } from "../support/context.ts";

const env = { OPERATIONS: "noop", SWEEP_SECONDS: "60" };
let ledger: Ledger;
let other: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env });
  other = await openBeside(ledger, { env });
});
afterAll(async () => {
  expect(await ledger.violations()).toEqual([]);
  await other.close();
  await ledger.close();
});

const seed = Number(process.env.FAIRNESS_SEED ?? 2026);

/** mulberry32: the same numbers for the same seed */
function randomOf(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const ownerOf = new Map<string, string>();

async function submitted(owner: string, files: number): Promise<void> {
  const id = await ledger.submit(files, { owner });
  ownerOf.set(id, owner);
  await ledger.published(id, files);
}

interface Load {
  owner: string;
  queued: number;
  running: number;
}
const loads = () =>
  ledger.ctx.db.query<Load>("SELECT owner, queued::int, running::int FROM user_work");

const slots = 12;

test(`of 50 users of random sizes, each with nothing running starts within as many free slots as users wait (FAIRNESS_SEED=${seed} repeats it)`, async () => {
  const random = randomOf(seed);
  // Most are small, a few have most of the work.
  const arriving = Array.from({ length: 50 }, (_, n) => ({
    owner: `user ${n}`,
    files: 1 + Math.floor(40 * random() ** 5),
  }));
  let left = arriving.reduce((total, { files }) => total + files, 0);
  const bound = makeBound();
  const held: Task[] = [];
  for (let turn = 0; left > 0; turn++) {
    const few = turn === 0 ? 15 : random() < 0.3 ? 1 : 0;
    for (const { owner, files } of arriving.splice(0, few)) await submitted(owner, files);
    const before = await loads();
    const [task] = await (turn % 2 ? ledger : other).claim(1, { waitSeconds: 0 });
    bound.check(before, task && ownerOf.get(task.request));
    if (task) held.push(task);
    left -= await endSome(held, task ? slots - 1 : 0, random);
  }
}, 300_000);

/** Files of random workers end, until no more than `most` run; returns how many. */
async function endSome(held: Task[], most: number, random: () => number): Promise<number> {
  let ended = 0;
  for (; held.length > most; ended++) {
    const [task] = held.splice(Math.floor(random() * held.length), 1) as [Task];
    expect(await ledger.report(task, "success")).toBe("recorded");
  }
  return ended;
}

/** Holds each choice against the rule and the bound. */
function makeBound() {
  /**
   * of users with nothing running: the slots that others got since, and the users that waited then
   */
  const passedOver = new Map<string, { slots: number; users: number }>();
  return {
    check(before: Load[], chosen: string | undefined): void {
      const waiting = before.filter((load) => load.queued > 0);
      const fewest = Math.min(...waiting.map((load) => load.running));
      expect(waiting.find((load) => load.owner === chosen)?.running).toBe(
        waiting.length ? fewest : undefined,
      );
      for (const { owner, running } of waiting) {
        const { slots, users } = passedOver.get(owner) ?? { slots: 0, users: waiting.length };
        if (running > 0 || owner === chosen) passedOver.delete(owner);
        else passedOver.set(owner, { slots: slots + 1, users });
        expect(slots, `free slots that passed ${owner} over`).toBeLessThan(users);
      }
    },
  };
}

test("two processes that claim at once keep two users level, but for the files that both decide at that moment", async () => {
  const perClaim = 5;
  await Promise.all([submitted("one", 150), submitted("two", 150)]);
  const held: Task[] = [];
  for (let round = 0; round < 12; round++) {
    const claimed = await Promise.all(
      [ledger, other].map((process) => process.claim(perClaim, { waitSeconds: 0 })),
    );
    held.push(...claimed.flat());
    const running = new Map((await loads()).map((load) => [load.owner, load.running]));
    const [one, two] = [running.get("one") ?? 0, running.get("two") ?? 0];
    expect(one + two).toBe(2 * perClaim * (round + 1));
    expect(Math.abs(one - two)).toBeLessThanOrEqual(2 * perClaim);
  }
});
