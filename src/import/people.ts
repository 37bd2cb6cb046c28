// Accounts of ServiceX's users, and the tokens that they hold.
import { randomUUID } from "node:crypto";
import { hashOf } from "../auth/secret-text.ts";
import { unverifiedClaims } from "../auth/tokens/imported.ts";
import type { Query } from "../db/client.ts";
import { addAct, commandLine } from "../users/acts.ts";
import { lockImport, newIdOf, noteImported } from "./ledger-store.ts";
import type { OldUser } from "./old-rows.ts";
import {
  accountExists,
  insertAccount,
  insertToken,
  isEmailTaken,
  tokenExists,
  userOfIdentity,
} from "./people-store.ts";
import { makeProblems, type Problems } from "./problems.ts";
import { utcTime } from "./time.ts";

/** ServiceX of both generations signs people in there, and keeps its subjects. */
const issuer = "https://auth.globus.org";

export interface PeopleImport {
  source: string;
  /** most seconds that a token is good */
  identity: { tokenSeconds?: number | undefined };
}

export interface TakenUser {
  /** `found`: an account of the same identity was here already, and is theirs */
  kind: "taken" | "found" | "known";
  token: boolean;
  problems: Problems;
}

/** In a transaction of its own. A user who is known may have made a new token since. */
export async function takeUser(
  query: Query,
  tools: PeopleImport,
  row: OldUser,
): Promise<TakenUser> {
  const problems = makeProblems();
  await lockImport(query);
  const known = await newIdOf(query, tools.source, "user", String(row.id));
  if (known !== undefined) {
    const there = await accountExists(query, known);
    const token = there && (await takeToken(query, { ...tools, problems }, row, known));
    return { kind: "known", token, problems };
  }
  const account = await accountOf(query, row, problems);
  await noteImported(query, tools.source, "user", { old: String(row.id), new: account.id });
  const token = await takeToken(query, { ...tools, problems }, row, account.id);
  return { ...account, token, problems };
}

async function accountOf(
  query: Query,
  row: OldUser,
  problems: Problems,
): Promise<{ id: string; kind: "taken" | "found" }> {
  const subject = row.sub?.trim();
  if (!subject)
    problems.note("a user without a subject: taken, and nobody can sign in as them", of(row));
  const found = subject ? await userOfIdentity(query, issuer, subject) : undefined;
  if (found !== undefined) return { id: found, kind: "found" };
  const id = randomUUID();
  await insertAccount(query, {
    id,
    name: short(row.name, 120),
    email: await emailOf(query, row, problems),
    institution: short(row.institution, 200),
    experiment: short(row.experiment, 120),
    admin: row.admin,
    pending: row.pending,
    createdAt: utcTime(row.created_at) ?? null,
    identity: subject ? { issuer, subject } : null,
  });
  const detail = { admin: row.admin, imported: true };
  await addAct(query, commandLine, { act: "user.create", subject: id, detail });
  return { id, kind: "taken" };
}

/** Two accounts with one address are hard to tell apart; who they are, their subjects say. */
async function emailOf(query: Query, row: OldUser, problems: Problems): Promise<string | null> {
  const email = row.email?.trim();
  if (!email) return null;
  if (!/^[^\s@\p{C}]{1,100}@[^\s@\p{C}]{1,150}$/u.test(email)) {
    problems.note("a user whose address is no email address: taken without it", of(row));
    return null;
  }
  if (!(await isEmailTaken(query, email))) return email;
  problems.note("a user whose email address another account has: taken without it", of(row));
  return null;
}

interface TokenImport extends PeopleImport {
  problems: Problems;
}

/** Its hash alone is kept. None lasts longer than the facility lets tokens last. */
async function takeToken(
  query: Query,
  { source, identity, problems }: TokenImport,
  row: OldUser,
  owner: string,
): Promise<boolean> {
  const text = row.refresh_token?.trim();
  if (!text) return false;
  const claims = unverifiedClaims(text);
  if (!claims) {
    problems.note("a token that is no refresh token signed by HS256: not taken", of(row));
    return false;
  }
  if (await tokenExists(query, claims.jti)) return false;
  const ends = [
    ...(claims.exp === undefined ? [] : [claims.exp * 1_000]),
    ...(identity.tokenSeconds === undefined ? [] : [Date.now() + identity.tokenSeconds * 1_000]),
  ];
  await insertToken(query, {
    id: claims.jti,
    owner,
    name: `of ${source}`,
    hash: hashOf(text),
    scopes: row.admin ? ["read", "submit", "admin"] : ["read", "submit"],
    expiresAt: ends.length > 0 ? new Date(Math.min(...ends)) : null,
  });
  return true;
}

function short(text: string | null, most: number): string | null {
  return text?.replaceAll(/\p{C}/gu, " ").trim().slice(0, most) || null;
}

function of(row: OldUser): string {
  return `user ${row.id}`;
}
