import type { Caller } from "../auth/caller.ts";
import type { Query } from "../db/client.ts";
import type { PeopleDb, PeopleTx } from "../db/people.ts";

/** `system`: the command line on this machine, a link, a service such as Slack. */
export type Actor = Caller | { kind: "system"; name: string };

/** A command that works on the database itself. */
export const commandLine = { kind: "system", name: "command line" } as const satisfies Actor;

export interface Act {
  act:
    | "facade.open"
    | "facade.close"
    | "key.create"
    | "key.revoke"
    | "device.approve"
    | "device.deny"
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
    | "worker.admit"
    | "limit.operation"
    | "limit.share"
    | "request.cancel"
    | "request.redrive"
    | "request.delete"
    | "request.revoke_keys"
    | "dataset.delete"
    | "group.create"
    | "group.delete"
    | "group.join"
    | "group.leave"
    | "binding.create"
    | "binding.delete";
  /** the id of what it was done to */
  subject: string;
  detail?: Record<string, string | number | boolean | readonly string[] | null>;
}

/** In the transaction of what was done: neither is there without the other. */
export function recordAct(db: PeopleTx, by: Actor, act: Act): Promise<void> {
  return recordActs(db, by, [act]);
}

export async function recordActs(db: PeopleTx, by: Actor, acts: readonly Act[]): Promise<void> {
  const { actor, kind, address } = whoIs(by);
  const who = { actor, actor_kind: kind, address };
  await db.acts.createMany({
    data: acts.map(({ act, subject, detail }) => ({ ...who, act, subject, detail: { ...detail } })),
  });
}

/** The same in a transaction of the ledger. */
export async function addAct(
  query: Query,
  by: Actor,
  { act, subject, detail = {} }: Act,
): Promise<void> {
  const { actor, kind, address } = whoIs(by);
  await query(
    `INSERT INTO acts (actor, actor_kind, address, act, subject, detail)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [actor, kind, address, act, subject, detail],
  );
}

function whoIs(by: Actor): { actor: string; kind: string; address: string | null } {
  const address = "address" in by ? (by.address ?? null) : null;
  return { actor: actorName(by), kind: by.kind, address };
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
      // Who joins or leaves a group is an act about the group, too.
      ...(subject !== undefined && {
        OR: [{ subject }, { detail: { path: ["group"], equals: subject } }],
      }),
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
