import type { PeopleDb, PeopleTx } from "../db/people.ts";
import { type NoticeKind, type NoticeState, noticeMoves } from "./state.ts";

export interface NewNotice {
  kind: NoticeKind;
  /** what it is about: the same is added once */
  key: string;
  user?: string;
  request?: string;
  sealed?: Buffer;
}

/**
 * To be called in the transaction of what is told, so that neither is there without the other.
 * Returns how many are new.
 */
export async function addNotices(
  db: PeopleTx,
  notices: readonly (NewNotice | undefined)[],
): Promise<number> {
  const data = notices
    .filter((notice) => notice !== undefined)
    .map(({ kind, key, user, request, sealed }) => ({
      kind,
      key,
      user_id: user ?? null,
      request_id: request ?? null,
      sealed: sealed ? new Uint8Array(sealed) : null,
      state: noticeMoves.add.to,
    }));
  if (data.length === 0) return 0;
  const { count } = await db.notices.createMany({ data, skipDuplicates: true });
  return count;
}

export interface DueNotice {
  id: bigint;
  kind: NoticeKind;
  user: string | undefined;
  request: string | undefined;
  sealed: Buffer | undefined;
  /** how often it was taken to be sent; with the id, whose turn it is */
  tries: number;
  createdAt: Date;
}

export async function dueNotices(
  db: PeopleDb,
  kinds: readonly NoticeKind[],
  now: Date,
  limit: number,
): Promise<DueNotice[]> {
  const rows = await db.notices.findMany({
    where: { state: noticeMoves.add.to, kind: { in: [...kinds] }, next_at: { lte: now } },
    orderBy: [{ next_at: "asc" }, { id: "asc" }],
    take: limit,
  });
  return rows.map((row) => ({
    id: row.id,
    // A constraint of the table allows the words of this type alone.
    kind: row.kind as NoticeKind,
    user: row.user_id ?? undefined,
    request: row.request_id ?? undefined,
    sealed: row.sealed ? Buffer.from(row.sealed) : undefined,
    tries: row.tries,
    createdAt: row.created_at,
  }));
}

type Turn = Pick<DueNotice, "id" | "tries">;

/** Returns whether it may be sent now: until then, nobody else takes it. */
export async function takeNotice(db: PeopleTx, turn: Turn, until: Date): Promise<boolean> {
  const { count } = await db.notices.updateMany({
    where: isTurn(turn),
    data: { tries: { increment: 1 }, next_at: until },
  });
  return count > 0;
}

/** A secret that it had is no longer needed. Returns whether nobody else has settled it. */
export async function settleNotice(
  db: PeopleTx,
  turn: Turn,
  move: "send" | "fail",
  { problem, now }: { problem: string | null; now: Date },
): Promise<boolean> {
  const { count } = await db.notices.updateMany({
    where: isTurn(turn),
    data: { state: noticeMoves[move].to, problem, sealed: null, settled_at: now },
  });
  return count > 0;
}

export async function postponeNotice(
  db: PeopleTx,
  turn: Turn,
  { problem, nextAt }: { problem: string; nextAt: Date },
): Promise<void> {
  await db.notices.updateMany({ where: isTurn(turn), data: { problem, next_at: nextAt } });
}

function isTurn({ id, tries }: Turn) {
  return { id, tries, state: noticeMoves.add.to };
}

/** An answer to Slack has lost the address that it was for. */
const neverAgain: NoticeKind = "answer";

/** Returns whether it had failed and is sent again. */
export async function sendAgain(db: PeopleTx, id: bigint, now: Date): Promise<boolean> {
  const { from, to } = noticeMoves.again;
  const { count } = await db.notices.updateMany({
    where: { id, state: { in: [...from] }, kind: { not: neverAgain } },
    data: { state: to, tries: 0, next_at: now, settled_at: null },
  });
  return count > 0;
}

/** Those that say nothing about an account, which stays. */
const passing: readonly NoticeKind[] = ["done", "answer"];

/** Returns how many were removed. */
export async function removeSettled(db: PeopleTx, before: Date): Promise<number> {
  const { count } = await db.notices.deleteMany({
    where: { kind: { in: [...passing] }, settled_at: { lt: before } },
  });
  return count;
}

export interface NoticeRow {
  id: number;
  kind: NoticeKind;
  state: NoticeState;
  user: { id: string; name: string | undefined } | undefined;
  request: string | undefined;
  tries: number;
  problem: string | undefined;
  createdAt: Date;
  nextAt: Date;
  settledAt: Date | undefined;
  mayBeSentAgain: boolean;
}

/** The newest first. */
export async function noticeRows(
  db: PeopleDb,
  { state, before, limit }: { state?: NoticeState | undefined; before?: bigint; limit: number },
): Promise<NoticeRow[]> {
  const rows = await db.notices.findMany({
    where: { ...(state && { state }), ...(before !== undefined && { id: { lt: before } }) },
    include: { users: { select: { id: true, name: true } } },
    orderBy: { id: "desc" },
    take: limit,
  });
  return rows.map((row) => ({
    id: Number(row.id),
    kind: row.kind as NoticeKind,
    state: row.state as NoticeState,
    user: row.users ? { id: row.users.id, name: row.users.name ?? undefined } : undefined,
    request: row.request_id ?? undefined,
    tries: row.tries,
    problem: row.problem ?? undefined,
    createdAt: row.created_at,
    nextAt: row.next_at,
    settledAt: row.settled_at ?? undefined,
    mayBeSentAgain:
      row.kind !== neverAgain && noticeMoves.again.from.some((from) => from === row.state),
  }));
}

export async function noticeState(db: PeopleDb, id: bigint): Promise<NoticeState | undefined> {
  const row = await db.notices.findUnique({ where: { id }, select: { state: true } });
  return row ? (row.state as NoticeState) : undefined;
}
