import type { PeopleDb } from "../db/people.ts";
import { type UserState, userMoves } from "../users/state.ts";
import type { Scope } from "./caller.ts";

/** What decides what a person may do. */
export interface UserFacts {
  id: string;
  state: UserState;
  admin: boolean;
  /** as pages show it to its person */
  name?: string | undefined;
}

/** What decides whether an API token is still good. */
export interface TokenFacts {
  id: string;
  user: string;
  scopes: readonly Scope[];
  /** SHA-256 of the token */
  hash: Uint8Array;
  /** names the key that it was signed with */
  keyId: string;
  expiresAt: Date | undefined;
  revoked: boolean;
}

/** What decides whether a key of a program or of another service is still good. */
export interface KeyFacts {
  id: string;
  name: string;
  /** the person for whom it works; undefined: it is another service's */
  owner: string | undefined;
  /** the façade that it is for alone; undefined: the API */
  facade: string | undefined;
  /** of a façade: folders, and files at once; undefined: no limit of its own */
  roots: readonly string[] | undefined;
  mostFiles: number | undefined;
  /** SHA-256 of the key */
  hash: Uint8Array;
  expiresAt: Date | undefined;
  lastUsedAt: Date | undefined;
  revoked: boolean;
}

/** Whether a façade takes callers without a name, and how much of them. */
export interface FacadeFacts {
  facade: string;
  /** the account that they share; undefined: it was never open */
  owner: string | undefined;
  open: boolean;
  callsAMinute: number;
}

export async function userFacts(db: PeopleDb, id: string): Promise<UserFacts | undefined> {
  const row = await db.users.findUnique({
    where: { id },
    select: { id: true, state: true, admin: true, name: true, email: true },
  });
  if (!row) return undefined;
  const { admin, name, email } = row;
  // A constraint of the table allows the words of this type alone.
  return { id, state: row.state as UserState, admin, name: name ?? email ?? undefined };
}

export async function tokenFacts(db: PeopleDb, id: string): Promise<TokenFacts | undefined> {
  const row = await db.api_tokens.findUnique({ where: { id } });
  if (!row) return undefined;
  return {
    id: row.id,
    user: row.user_id,
    scopes: row.scopes as Scope[],
    hash: row.hash,
    keyId: row.key_id,
    expiresAt: row.expires_at ?? undefined,
    revoked: row.revoked_at !== null,
  };
}

export async function keyFacts(db: PeopleDb, id: string): Promise<KeyFacts | undefined> {
  const row = await db.access_keys.findUnique({ where: { id } });
  if (!row) return undefined;
  return {
    id: row.id,
    name: row.name,
    owner: row.owner ?? undefined,
    facade: row.facade ?? undefined,
    // Prisma reads no array and an empty one alike
    roots: row.roots.length > 0 ? row.roots : undefined,
    mostFiles: row.most_files ?? undefined,
    hash: row.hash,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    revoked: row.revoked_at !== null,
  };
}

export async function facadeFacts(db: PeopleDb, facade: string): Promise<FacadeFacts> {
  const row = await db.facade_callers.findUnique({
    where: { facade },
    include: { users: { select: { state: true } } },
  });
  return {
    facade,
    owner: row?.owner,
    open: row?.users.state === userMoves.approve.to,
    callsAMinute: row?.calls_a_minute ?? 0,
  };
}
