import type { Caller } from "../auth/caller.ts";
import type { PeopleDb, PeopleTx } from "../db/people.ts";

/** `system`: the command line on this machine, a link, a service such as Slack. */
export type Actor = Caller | { kind: "system"; name: string };

export interface Act {
  act:
    | "facade.open"
    | "facade.close"
    | "key.create"
    | "key.revoke"
    | "token.create"
    | "token.replace"
    | "token.revoke"
    | "user.create"
    | "user.profile"
    | "user.approve"
    | "user.reject"
    | "user.suspend"
    | "user.restore"
    | "user.admin"
    | "user.no_admin"
    | "user.delete"
    | "notice.again"
    | "worker.admit";
  /** the id of what it was done to */
  subject: string;
  detail?: Record<string, string | number | boolean | readonly string[] | null>;
}

/** In the transaction of what was done: neither is there without the other. */
export function recordAct(db: PeopleTx, by: Actor, act: Act): Promise<void> {
  return recordActs(db, by, [act]);
}

export async function recordActs(db: PeopleTx, by: Actor, acts: readonly Act[]): Promise<void> {
  const address = "address" in by ? (by.address ?? null) : null;
  const who = { actor: actorName(by), actor_kind: by.kind, address };
  await db.acts.createMany({
    data: acts.map(({ act, subject, detail }) => ({ ...who, act, subject, detail: { ...detail } })),
  });
}

function actorName(by: Actor): string {
  if ("owner" in by && by.owner !== undefined) return by.owner;
  return "name" in by ? by.name : by.kind;
}

export interface ActRow {
  id: number;
  at: Date;
  /** the id of an account, or the name of what is none */
  actor: string;
  actorKind: string;
  /** where the call came from; undefined of what was no call */
  address: string | undefined;
  act: string;
  subject: string | undefined;
  detail: Record<string, unknown>;
}

export interface WantedActs {
  subject?: string | undefined;
  actor?: string | undefined;
  act?: string | undefined;
}

/** The newest first. */
export async function actRows(
  db: PeopleDb,
  { subject, actor, act, before, limit }: WantedActs & { before?: bigint; limit: number },
): Promise<ActRow[]> {
  const rows = await db.acts.findMany({
    where: {
      ...(subject !== undefined && { subject }),
      ...(actor !== undefined && { actor }),
      ...(act !== undefined && { act }),
      ...(before !== undefined && { id: { lt: before } }),
    },
    orderBy: { id: "desc" },
    take: limit,
  });
  return rows.map((row) => ({
    id: Number(row.id),
    at: row.at,
    actor: row.actor,
    actorKind: row.actor_kind,
    address: row.address ?? undefined,
    act: row.act,
    subject: row.subject ?? undefined,
    // Every writer of it gives an object.
    detail: row.detail as Record<string, unknown>,
  }));
}
