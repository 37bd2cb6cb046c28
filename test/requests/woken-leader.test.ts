// A leader that was frozen, and replaced meanwhile, finds out before it writes anything.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type TermKey, takeDuty } from "../../src/db/leader-store.ts";
import { keepTerm, type Term } from "../../src/db/term.ts";
import { saveWorkerGroups } from "../../src/requests/monitor/activity-store.ts";
import { repeat } from "../../src/requests/scheduler/repeat.ts";
import { housekeep, sweep } from "../../src/requests/scheduler/sweep.ts";
import { type Ledger, openLedger } from "../support/context.ts";

let ledger: Ledger;
beforeEach(async () => {
  ledger = await openLedger({ scheduler: false });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await ledger.close();
});

async function taken(holder: string): Promise<{ term: Term; end(): void }> {
  const { query } = ledger.ctx.db;
  const number = await takeDuty(query, { duty: "scheduler", holder }, 600);
  expect(number).toBeDefined();
  const key: TermKey = { duty: "scheduler", holder, number: number ?? 0 };
  return keepTerm({
    query,
    log: ledger.ctx.log,
    key,
    leaseSeconds: 600,
    takenAt: performance.now(),
    signal: new AbortController().signal,
  });
}

/** As if the lease had run out while its holder was frozen. */
async function runOut(): Promise<void> {
  await ledger.ctx.db.query("UPDATE leaders SET expires_at = clock_timestamp()");
}

/** A worker has its file and has not responded for longer than its lease. */
async function overdue(): Promise<string> {
  const id = await ledger.submit(1);
  expect(await ledger.claim(1, { request: id })).toHaveLength(1);
  await ledger.ctx.db.query(
    "UPDATE request_files SET lease_until = now() - interval '1 s' WHERE request_id = $1",
    [id],
  );
  return id;
}

const running = async (id: string) => (await ledger.read(id)).counters.running;

test("its sweep takes nothing from a worker, that of the next leader does", async () => {
  const id = await overdue();
  const woken = await taken("the frozen one");
  await runOut();
  const next = await taken("the next one");
  await sweep(ledger.ctx, woken.term.confirm);
  expect(await running(id)).toBe(1);
  await sweep(ledger.ctx, next.term.confirm);
  expect(await running(id)).toBe(0);
  expect(woken.term.signal.aborted).toBe(true);
  woken.end();
  next.end();
});

test("replaced in the middle of a sweep, it does no further part of it", async () => {
  const { term, end } = await taken("the frozen one");
  const { query } = ledger.ctx.db;
  const topics = vi.spyOn(ledger.ctx.queue, "topics");
  const id = await overdue();
  const parts: boolean[] = [];
  await sweep(ledger.ctx, async () => {
    if (parts.length === 1) await query("UPDATE leaders SET term = term + 1");
    const leads = await term.confirm();
    parts.push(leads);
    return leads;
  });
  expect(parts).toEqual([true, false, false, false, false, false]);
  expect(await running(id)).toBe(0);
  expect(topics).not.toHaveBeenCalled();
  end();
});

test("its housekeeping asks the store for nothing", async () => {
  const { term, end } = await taken("the frozen one");
  await runOut();
  const buckets = vi.spyOn(ledger.ctx.store, "buckets");
  await housekeep(ledger.ctx, term.confirm);
  expect(buckets).not.toHaveBeenCalled();
  end();
});

test("it leaves what all processes tell of workers to the next leader", async () => {
  const { query } = ledger.ctx.db;
  const woken = await taken("the frozen one");
  await runOut();
  const next = await taken("the next one");
  const group = { key: "service", request: null, step: null, operations: ["noop"], troubles: [] };
  const told = () => query("SELECT running FROM worker_groups");
  await saveWorkerGroups(query, [{ ...group, running: 2 }], next.term.number);
  for (const groups of [[{ ...group, running: 1 }], []])
    await saveWorkerGroups(query, groups, woken.term.number);
  expect(await told()).toEqual([{ running: 2 }]);
  woken.end();
  next.end();
});

test("its duties end without being done once more", async () => {
  const { term, end } = await taken("the frozen one");
  await runOut();
  let done = 0;
  await repeat(ledger.ctx, term, "work", 600, async () => {
    done += 1;
  });
  expect(done).toBe(0);
  end();
});
