import type { PeopleDb } from "../db/people.ts";
import type { UserState } from "../users/state.ts";
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
  expiresAt: Date | undefined;
  revoked: boolean;
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
    expiresAt: row.expires_at ?? undefined,
    revoked: row.revoked_at !== null,
  };
}
