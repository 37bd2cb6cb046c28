import type { PeopleDb, PeopleTx } from "../../db/people.ts";
import type { Scope } from "../caller.ts";

export interface TokenRow {
  id: string;
  owner: string;
  name: string;
  scopes: Scope[];
  madeBy: MadeBy;
  createdAt: Date;
  expiresAt: Date | undefined;
  lastUsedAt: Date | undefined;
  revokedAt: Date | undefined;
}

/**
 * Where it was made: on a page, by a call, by `longshore login`, by a command on the database, by
 * the ServiceX that it was imported from.
 */
export type MadeBy = "page" | "api" | "device" | "command" | "import";

export interface NewRow {
  id: string;
  owner: string;
  name: string;
  hash: Buffer;
  keyId: string;
  scopes: readonly Scope[];
  madeBy: MadeBy;
  expiresAt: Date | undefined;
}

/** A name that is taken breaks `api_tokens_name_key`. */
export async function addToken(db: PeopleTx, row: NewRow): Promise<void> {
  const { id, owner, name, hash, keyId, scopes, madeBy, expiresAt } = row;
  await db.api_tokens.create({
    data: {
      id,
      user_id: owner,
      name,
      hash: new Uint8Array(hash),
      key_id: keyId,
      scopes: [...scopes],
      made_by: madeBy,
      expires_at: expiresAt ?? null,
    },
  });
}

/** Locks the owner, so that two at once do not pass the limit together. */
export async function countTokens(db: PeopleTx, owner: string): Promise<number> {
  await db.$executeRaw`SELECT FROM users WHERE id = ${owner} FOR NO KEY UPDATE`;
  return db.api_tokens.count({ where: { user_id: owner, revoked_at: null } });
}

export async function listTokenRows(db: PeopleDb, owner: string): Promise<TokenRow[]> {
  const rows = await db.api_tokens.findMany({
    where: { user_id: owner, revoked_at: null },
    orderBy: [{ created_at: "asc" }, { id: "asc" }],
  });
  return rows.map(tokenRow);
}

export async function findToken(db: PeopleDb, id: string): Promise<TokenRow | undefined> {
  const row = await db.api_tokens.findUnique({ where: { id } });
  return row ? tokenRow(row) : undefined;
}

export async function tokenHash(db: PeopleDb, id: string): Promise<Uint8Array | undefined> {
  return (await db.api_tokens.findUnique({ where: { id } }))?.hash;
}

/** Returns whether it was not revoked before. */
export async function revoke(db: PeopleTx, id: string, by: string): Promise<boolean> {
  const { count } = await db.api_tokens.updateMany({
    where: { id, revoked_at: null },
    data: { revoked_at: new Date(), revoked_by: by },
  });
  return count > 0;
}

/** At most once a minute: a client of many processes refreshes often. */
export async function noteUse(db: PeopleTx, id: string, now: Date): Promise<void> {
  const before = new Date(now.getTime() - 60_000);
  await db.api_tokens.updateMany({
    where: { id, OR: [{ last_used_at: null }, { last_used_at: { lt: before } }] },
    data: { last_used_at: now },
  });
}

function tokenRow(row: {
  id: string;
  user_id: string;
  name: string;
  scopes: string[];
  made_by: string;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
  revoked_at: Date | null;
}): TokenRow {
  return {
    id: row.id,
    owner: row.user_id,
    name: row.name,
    // A constraint, and the checks before it, allow the words of these types alone.
    scopes: row.scopes as Scope[],
    madeBy: row.made_by as MadeBy,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  };
}
