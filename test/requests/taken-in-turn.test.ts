// Two processes and a third that starts anew claim while messages come twice, are lost, or are
// kept in the index by an old snapshot.
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Task } from "../../src/operations/contract.ts";
import { report } from "../../src/requests/reports/report.ts";
import { type Ledger, openBeside, openLedger } from "../support/context.ts";

const requests = 12;
const files = 60;
const env = { OPERATIONS: "noop", SWEEP_SECONDS: "1" };

let ledger: Ledger;
let other: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env });
  other = await openBeside(ledger, { env });
});
afterAll(async () => {
  await other.close();
  await ledger.close();
});

test("every file is given once and no request waits for the others, whatever happens to messages", async () => {
  const reader = await ledger.ctx.db.pool.connect();
  await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await reader.query("SELECT count(*) FROM queue_messages");
  const ids: string[] = [];
  for (let n = 0; n < requests; n++)
    ids.push(await ledger.submit(files, { owner: n % 2 ? "one" : "two" }));
  await Promise.all(ids.map((id) => ledger.published(id, files)));
  const given: string[] = [];
  const firstAt = new Map<string, number>();
  let claims = 0;

  const claimAndReport = async (at: Ledger, worker: string) => {
    const tasks = await at.claim(7, { worker, waitSeconds: 1 });
    claims++;
    for (const { request, file, step, attempt } of tasks) {
      given.push([request, file, step, attempt].join(" "));
      if (!firstAt.has(request)) firstAt.set(request, claims);
    }
    await report(at.ctx, local, worker, tasks.map(succeeded));
  };
  const work = async (at: () => Promise<Ledger>, worker: string) => {
    while (given.length < requests * files) await claimAndReport(await at(), worker);
  };
  const disturb = async () => {
    for (let n = 0; given.length < requests * files; n++) {
      await ledger.ctx.db.query(
        n % 4
          ? `${inOrder(3)} UPDATE queue_messages SET taken_until = NULL ${ofThem}`
          : `${inOrder(29)} DELETE FROM queue_messages ${ofThem}`,
        [n % 3],
      );
      await new Promise(setImmediate);
    }
  };
  let third: Ledger | undefined;
  const startedAnew = async () => {
    await third?.close();
    third = await openBeside(ledger, { env });
    return third;
  };
  await Promise.all([
    work(async () => ledger, "a"),
    work(async () => ledger, "b"),
    work(async () => other, "c"),
    work(startedAnew, "d"),
    disturb(),
  ]);
  await third?.close();
  reader.release(true);
  for (const id of ids) expect((await ledger.ended(id)).counters).toMatchObject({ done: files });
  expect(new Set(given).size).toBe(given.length);
  expect(given).toHaveLength(requests * files);
  expect(Math.max(...firstAt.values())).toBeLessThanOrEqual(2 * requests);
  expect(await ledger.violations()).toEqual([]);
}, 120_000);

/** Locks in the order of the queue's own statements, so that they wait for each other in turn. */
const inOrder = (modulus: number) =>
  `WITH them AS MATERIALIZED (
     SELECT id FROM queue_messages WHERE id % ${modulus} = $1 ORDER BY id FOR UPDATE)`;
const ofThem = "WHERE id IN (SELECT id FROM them)";

const succeeded = ({ request, file, step, attempt }: Task) => ({
  ...{ request, file, step, attempt },
  status: "success" as const,
});
