import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Db, openDb } from "../../src/db/client.ts";
import { lead } from "../../src/db/leader.ts";
import { type TermKey, takeDuty } from "../../src/db/leader-store.ts";
import { holderName, isDead } from "../../src/db/lease-holder.ts";
import { type Notifier, openNotifier } from "../../src/db/notifier.ts";
import { keepTerm, type Term } from "../../src/db/term.ts";
import { startTimeOf } from "../../src/live-process.ts";
import { silentLog } from "../../src/log.ts";
import { openLedger } from "../support/context.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { until } from "../support/wait.ts";

let database: FreshDatabase;
let db: Db;
let notifier: Notifier;
beforeAll(async () => {
  database = await freshDatabase();
  db = openDb({ url: database.url, applicationName: "test leader" });
  notifier = openNotifier(database.url, db.pool, silentLog());
});
afterAll(async () => {
  await notifier.close();
  await db.close();
  await database.drop();
});

const now: string[] = [];
const terms: { name: string; term: Term }[] = [];

/** A process that leads until it is stopped or loses its lease. */
function candidate(name: string) {
  const stopping = new AbortController();
  const leaderDb = openDb({ url: database.url, applicationName: `test leader ${name}`, max: 1 });
  const deps = { db, leaderDb, notifier, log: silentLog() };
  const ended = lead(deps, "scheduler", stopping.signal, async (term) => {
    now.push(name);
    terms.push({ name, term });
    await aborted(term.signal);
    now.splice(now.indexOf(name), 1);
  });
  return {
    connections: () => leaderDb.pool.totalCount,
    async stop() {
      stopping.abort();
      await ended;
      await leaderDb.close();
    },
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

interface Row {
  holder: string;
  term: number;
  isOver: boolean;
}
async function row(duty = "scheduler"): Promise<Row | undefined> {
  const [found] = await db.query<Row>(
    `SELECT holder, term, expires_at <= clock_timestamp() AS "isOver"
     FROM leaders WHERE duty = $1`,
    [duty],
  );
  return found;
}

test("one process of three leads; another takes over when it stops or loses its lease", async () => {
  const processes = new Map(["a", "b", "c"].map((name) => [name, candidate(name)]));
  const [first = ""] = await until(() => now.length > 0 && [...now]);
  const before = await row();
  expect(before).toMatchObject({ term: 1, isOver: false });

  await processes.get(first)?.stop();
  const second = await until(() => now[0]);
  expect(second).not.toBe(first);
  expect(now).toHaveLength(1);
  const after = await row();
  expect(after?.term).toBe(2);
  expect(after?.holder).not.toBe(before?.holder);

  const [third = ""] = [...processes.keys()].filter((name) => name !== first && name !== second);
  expect(await terms[1]?.term.confirm()).toBe(true);
  expect(processes.get(second)?.connections()).toBe(1);
  expect(processes.get(third)?.connections()).toBe(0);

  // As if it had been frozen for longer than its lease
  await db.query("UPDATE leaders SET expires_at = clock_timestamp() WHERE duty = 'scheduler'");
  await until(() => terms.length === 3);
  expect(await terms[1]?.term.confirm()).toBe(false);
  await until(() => now.length === 1);
  expect(await terms[2]?.term.confirm()).toBe(true);
  expect((await row())?.term).toBe(3);

  // The leader last: nobody takes over.
  const [last = ""] = now;
  const others = [...processes].filter(([name]) => name !== last);
  for (const [, process] of others) await process.stop();
  await processes.get(last)?.stop();
  expect(now).toEqual([]);
  expect(await row()).toMatchObject({ term: 3, isOver: true });
});

test("candidates at the same moment: one gets the lease", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `candidate ${index}`);
  const taken = await Promise.all(
    names.map((holder) => takeDuty(db.query, { duty: "metrics", holder }, 600)),
  );
  expect(taken.filter((term) => term !== undefined)).toEqual([1]);
  expect((await row("metrics"))?.holder).toBe(names[taken.indexOf(1)]);
});

test("a lease from before the clock was set back is no obstacle", async () => {
  await db.query("UPDATE leaders SET expires_at = now() + interval '1 hour'");
  expect(await takeDuty(db.query, { duty: "metrics", holder: "next" }, 10)).toBe(2);
  expect(await takeDuty(db.query, { duty: "metrics", holder: "other" }, 10)).toBeUndefined();
});

test("the lease of a process of this machine that has ended does not have to run out", async () => {
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: "pipe" });
  await once(child, "spawn");
  const own = holderName().split(" ");
  const holder = [own[0], child.pid, own[2], startTimeOf(child.pid ?? 0), own[5]].join(" ");
  expect(isDead(holder)).toBe(false);
  expect(isDead(holderName())).toBe(false);
  const elsewhere = [own[0], child.pid, "pid:[1]", startTimeOf(child.pid ?? 0), own[5]].join(" ");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isDead(holder)).toBe(true);
  expect(isDead(elsewhere)).toBe(false);

  await db.query("DELETE FROM leaders");
  expect(await takeDuty(db.query, { duty: "metrics", holder }, 600)).toBe(1);
  const next = { duty: "metrics" as const, holder: holderName() };
  expect(await takeDuty(db.query, next, 600)).toBeUndefined();
  expect(await takeDuty(db.query, next, 600, holder)).toBe(2);
});

/** A term that the row shows; the process took it so many seconds ago. */
async function termTaken(secondsAgo: number, rowSeconds: number) {
  await db.query("DELETE FROM leaders");
  const key: TermKey = { duty: "metrics", holder: "h", number: 1 };
  await takeDuty(db.query, key, rowSeconds);
  return keepTerm({
    query: db.query,
    log: silentLog(),
    key,
    leaseSeconds: 600,
    takenAt: performance.now() - secondsAgo * 1000,
    signal: new AbortController().signal,
  });
}

test("a process that was frozen for longer than its lease finds out by itself", async () => {
  const { term, end } = await termTaken(601, 600);
  expect(term.isCurrent()).toBe(false);
  expect(await term.confirm()).toBe(false);
  expect(term.signal.aborted).toBe(true);
  end();
});

test("a leader whose row has another term finds out before its next piece of work", async () => {
  const { term, end } = await termTaken(0, 600);
  expect(await term.confirm()).toBe(true);
  await db.query("UPDATE leaders SET term = 2, holder = 'other'");
  expect(term.isCurrent()).toBe(true);
  expect(await term.confirm()).toBe(false);
  expect(term.isCurrent()).toBe(false);
  expect(term.signal.aborted).toBe(true);
  end();
});

test("a lease is renewed while its term lasts, and not once it has been given back", async () => {
  const { term, end } = await termTaken(0, 60);
  const left = () =>
    db.query<{ seconds: number }>(
      "SELECT extract(epoch FROM expires_at - clock_timestamp())::float8 AS seconds FROM leaders",
    );
  await until(async () => ((await left())[0]?.seconds ?? 0) > 100);
  expect(term.isCurrent()).toBe(true);
  end();
  await db.query("UPDATE leaders SET expires_at = clock_timestamp()");
  expect(await term.confirm()).toBe(false);
});

test("a process leads on while other work has all connections of its main pool", async () => {
  const ledger = await openLedger();
  const { db: main, databaseUrl } = ledger.ctx;
  const observer = openDb({ url: databaseUrl, applicationName: "test observer", max: 1 });
  const lease = async () => {
    const [found] = await observer.query<{ term: number; end: number }>(
      `SELECT term, extract(epoch FROM expires_at)::float8 AS end FROM leaders
       WHERE duty = 'scheduler' AND expires_at > clock_timestamp()`,
    );
    return found;
  };
  const before = await until(lease);
  const size = main.pool.options.max ?? 0;
  const taken = await Promise.all(Array.from({ length: size }, () => main.pool.connect()));
  try {
    await until(async () => ((await lease())?.end ?? 0) > before.end + 15);
    expect((await lease())?.term).toBe(before.term);
  } finally {
    for (const client of taken) client.release();
    await observer.close();
    await ledger.close();
  }
});
