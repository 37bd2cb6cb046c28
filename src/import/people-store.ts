// Accounts of ServiceX's users and the tokens that they hold, in the transaction that notes them.
import type { Scope } from "../auth/caller.ts";
import { importedKeyId } from "../auth/tokens/imported.ts";
import type { MadeBy } from "../auth/tokens/tokens.ts";
import type { Query } from "../db/client.ts";
import { sqlWords } from "../moves.ts";
import { addAct, commandLine } from "../users/acts.ts";
import { userMoves, userStates } from "../users/state.ts";

const userSql = sqlWords(userStates);
const exists = `users.state <> ${userSql[userMoves.remove.to]}`;

export async function userOfIdentity(
  query: Query,
  issuer: string,
  subject: string,
): Promise<string | undefined> {
  const [row] = await query<{ user_id: string }>(
    `SELECT identities.user_id FROM identities JOIN users ON users.id = identities.user_id
     WHERE identities.issuer = $1 AND identities.subject = $2 AND ${exists}`,
    [issuer, subject],
  );
  return row?.user_id;
}

export async function isEmailTaken(query: Query, email: string): Promise<boolean> {
  const rows = await query(
    `SELECT FROM users WHERE lower(email) = lower($1) AND ${exists} LIMIT 1`,
    [email],
  );
  return rows.length > 0;
}

export async function accountExists(query: Query, id: string): Promise<boolean> {
  return (await query(`SELECT FROM users WHERE id = $1 AND ${exists}`, [id])).length > 0;
}

export interface ImportedAccount {
  id: string;
  name: string | null;
  email: string | null;
  institution: string | null;
  experiment: string | null;
  admin: boolean;
  pending: boolean;
  /** as Postgres takes it; null: now */
  createdAt: string | null;
  /** null: nobody can sign in to it */
  identity: { issuer: string; subject: string } | null;
}

export async function insertAccount(query: Query, account: ImportedAccount): Promise<void> {
  const { id, name, email, institution, experiment, admin, pending, createdAt } = account;
  const move = pending ? userMoves.complete : userMoves.approve;
  await query(
    `INSERT INTO users (id, name, email, institution, experiment, admin, state, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8::timestamptz, now()))`,
    [id, name, email, institution, experiment, admin, move.to, createdAt],
  );
  if (account.identity)
    await query("INSERT INTO identities (issuer, subject, user_id) VALUES ($1, $2, $3)", [
      account.identity.issuer,
      account.identity.subject,
      id,
    ]);
}

export async function tokenExists(query: Query, id: string): Promise<boolean> {
  return (await query("SELECT FROM api_tokens WHERE id = $1", [id])).length > 0;
}

export interface ImportedToken {
  /** its `jti` */
  id: string;
  owner: string;
  name: string;
  hash: Buffer;
  scopes: readonly Scope[];
  expiresAt: Date | null;
}

/** ServiceX lets a person have one token: the newer one ends the one that was taken before. */
export async function insertToken(query: Query, token: ImportedToken): Promise<void> {
  const { id, owner, name, hash, scopes, expiresAt } = token;
  const ended = await query<{ id: string }>(
    `UPDATE api_tokens SET revoked_at = now(), revoked_by = $3
     WHERE user_id = $1 AND name = $2 AND revoked_at IS NULL RETURNING id`,
    [owner, name, importedKeyId],
  );
  await query(
    `INSERT INTO api_tokens (id, user_id, name, hash, key_id, scopes, made_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, owner, name, hash, importedKeyId, scopes, "import" satisfies MadeBy, expiresAt],
  );
  const detail = { owner, name, imported: true };
  for (const old of ended)
    await addAct(query, commandLine, { act: "token.revoke", subject: old.id, detail });
  const made = { ...detail, scopes };
  await addAct(query, commandLine, { act: "token.create", subject: id, detail: made });
}
