// The moves of a message: each leaves the states of its row and no other, and one turn settles it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { addNotices } from "../../src/notices/enqueue.ts";
import { removeOldNotices } from "../../src/notices/housekeep.ts";
import {
  dueNotices,
  postponeNotice,
  sendAgain,
  settleNotice,
  takeNotice,
} from "../../src/notices/notice-store.ts";
import {
  type NoticeKind,
  type NoticeState,
  noticeKinds,
  noticeMoves,
  noticeStates,
} from "../../src/notices/state.ts";
import { type Ledger, openLedger } from "../support/context.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { ENABLE_AUTH: "true" }, scheduler: false });
});
afterAll(() => ledger.close());

const now = new Date();
const sealed = Buffer.from("sealed");

interface Row {
  id: bigint;
  state: NoticeState;
  tries: number;
  problem: string | null;
  sealed: Buffer | null;
  settled: boolean;
}

async function row(key: string): Promise<Row> {
  const [found] = await ledger.ctx.db.query<Omit<Row, "id"> & { id: number }>(
    `SELECT id, state, tries, problem, sealed, settled_at IS NOT NULL AS settled
     FROM notices WHERE key = $1`,
    [key],
  );
  if (!found) throw new Error(`no message ${key}`);
  return { ...found, id: BigInt(found.id) };
}

/** A message in this state, as if it had come there. */
async function made(key: string, state: NoticeState, kind: NoticeKind = "welcome"): Promise<Row> {
  const { people, db } = ledger.ctx;
  await people.write((tx) => addNotices(tx, [{ kind, key, sealed }]));
  await db.query("UPDATE notices SET state = $2, tries = 3 WHERE key = $1", [key, state]);
  return row(key);
}

/** What is done to a message, as the code does it. */
const moving = {
  send: ({ id, tries }: Row) =>
    ledger.ctx.people.write((db) =>
      settleNotice(db, { id, tries }, "send", { problem: null, now }),
    ),
  fail: ({ id, tries }: Row) =>
    ledger.ctx.people.write((db) => settleNotice(db, { id, tries }, "fail", { problem: "p", now })),
  again: ({ id }: Row) => ledger.ctx.people.write((db) => sendAgain(db, id, now)),
};

test.each(["send", "fail", "again"] as const)("%s leaves the states of its row", async (move) => {
  const { from, to } = noticeMoves[move];
  for (const state of noticeStates) {
    const key = `${move} ${state}`;
    const moved = await moving[move](await made(key, state));
    expect(moved, state).toBe(from.some((one) => one === state));
    expect((await row(key)).state).toBe(moved ? to : state);
  }
});

test("the same is added once, whatever became of it", async () => {
  for (const state of noticeStates) {
    const key = `added ${state}`;
    await made(key, state);
    const { people } = ledger.ctx;
    expect(await people.write((db) => addNotices(db, [{ kind: "signup", key }]))).toBe(0);
    expect((await row(key)).state).toBe(state);
  }
});

test("a settled message has no secret any more, and a failed one says why", async () => {
  for (const move of ["send", "fail"] as const) {
    const key = `secret ${move}`;
    await moving[move](await made(key, "waiting"));
    const after = await row(key);
    expect(after).toMatchObject({ sealed: null, settled: true });
    expect(after.problem).toBe(move === "send" ? null : "p");
  }
});

test("a turn is taken once, and whoever lost it changes nothing", async () => {
  const { people } = ledger.ctx;
  const before = await made("turn", "waiting");
  const until = new Date(now.getTime() + 60_000);
  const take = () => people.write((db) => takeNotice(db, before, until));
  expect([await take(), await take()]).toEqual([true, false]);
  expect((await row("turn")).tries).toBe(before.tries + 1);
  expect(await moving.send(before)).toBe(false);
  await people.write((db) => postponeNotice(db, before, { problem: "late", nextAt: now }));
  expect(await row("turn")).toMatchObject({ state: "waiting", problem: null });
  expect(await moving.send({ ...before, tries: before.tries + 1 })).toBe(true);
});

test("what is due is what waits, of these kinds, the earliest first", async () => {
  const { people, db } = ledger.ctx;
  await db.query("DELETE FROM notices");
  for (const kind of noticeKinds) await made(`due ${kind}`, "waiting", kind);
  await made("due sent", "sent");
  await db.query("UPDATE notices SET next_at = now() + interval '1 hour' WHERE key = 'due done'");
  await db.query("UPDATE notices SET next_at = now() - interval '1 hour' WHERE key = $1", [
    "due rejected",
  ]);
  const due = await people.read((tx) =>
    dueNotices(tx, ["welcome", "rejected", "done"], new Date(), 10),
  );
  expect(due.map(({ kind }) => kind)).toEqual(["rejected", "welcome"]);
});

test("what was settled long ago is removed, but for messages about accounts", async () => {
  const { ctx } = ledger;
  await ctx.db.query("DELETE FROM notices");
  for (const kind of noticeKinds) {
    await made(`old ${kind}`, "sent", kind);
    await made(`new ${kind}`, "failed", kind);
    await made(`waiting ${kind}`, "waiting", kind);
  }
  await ctx.db.query(
    `UPDATE notices SET created_at = now() - interval '91 days',
       settled_at = CASE WHEN key LIKE 'old%' THEN now() - interval '91 days'
         WHEN key LIKE 'new%' THEN now() - interval '89 days' END`,
  );
  expect(await removeOldNotices(ctx)).toBe(2);
  const left = await ctx.db.query<{ key: string }>("SELECT key FROM notices WHERE key LIKE 'old%'");
  expect(left.map(({ key }) => key).sort()).toEqual(["old rejected", "old signup", "old welcome"]);
});

test("an answer to Slack is never sent again", async () => {
  const answer = await made("failed answer", "failed", "answer");
  expect(await moving.again(answer)).toBe(false);
});
