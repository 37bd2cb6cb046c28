// Accounts as a sign-in finds or makes them.
import { randomUUID } from "node:crypto";
import type { SignedIn } from "../auth/oidc/identities.ts";
import type { PeopleTx } from "../db/people.ts";
import { RequestError } from "../errors.ts";
import { type Actor, recordAct } from "./acts-store.ts";
import { setAdmin } from "./admin-store.ts";
import { moveUser } from "./move-store.ts";
import { type UserState, userMoves } from "./state.ts";

export interface Account {
  id: string;
  state: UserState;
}

/**
 * The account of who has signed in: that of any of their identities, and a new one for a person
 * whom nobody knows yet. Never one with the same address: addresses change hands.
 */
export async function arrive(
  db: PeopleTx,
  who: SignedIn,
  adminEmail: string | undefined,
): Promise<Account> {
  // Two tabs of a first sign-in must not make two accounts.
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${who.issuer}, 14))`;
  const [known, other] = await accountsOf(db, who);
  if (known !== undefined && other !== undefined) throw twoAccounts(who);
  const id = known ?? (await addAccount(db, who));
  await noteIdentity(db, id, who);
  await noteArrival(db, id, who);
  if (isAddress(who, adminEmail)) await makeAdmin(db, id, { kind: "system", name: "JWT_ADMIN" });
  const { state } = await db.users.findUniqueOrThrow({ where: { id }, select: { state: true } });
  return { id, state: state as UserState };
}

/** Identities of accounts that were deleted belong to nobody. */
async function accountsOf(db: PeopleTx, { issuer, subject, linked }: SignedIn): Promise<string[]> {
  const where = { issuer, subject: { in: [subject, ...linked] } };
  await db.identities.deleteMany({ where: { ...where, users: { state: userMoves.remove.to } } });
  const rows = await db.identities.findMany({ where, select: { user_id: true } });
  return [...new Set(rows.map((row) => row.user_id))];
}

async function addAccount(db: PeopleTx, { name, institution }: SignedIn): Promise<string> {
  const id = randomUUID();
  const [state] = userMoves.complete.from;
  await db.users.create({
    data: { id, state, name: name ?? null, institution: institution ?? null },
  });
  return id;
}

/** Only the one that was signed in with: a person may take the others apart again. */
async function noteIdentity(db: PeopleTx, id: string, who: SignedIn): Promise<void> {
  const { issuer, subject } = who;
  const said = {
    username: who.username ?? null,
    email: who.email ?? null,
    provider: who.through ?? null,
    used_at: new Date(),
  };
  await db.identities.upsert({
    where: { issuer_subject: { issuer, subject } },
    create: { issuer, subject, user_id: id, ...said },
    update: said,
  });
}

/** An address of the provider counts more than one that was typed; a name is the person's own. */
async function noteArrival(db: PeopleTx, id: string, who: SignedIn): Promise<void> {
  const { email, emailVerified } = who;
  await db.users.update({
    where: { id },
    data: {
      seen_at: new Date(),
      ...(email !== undefined && { email, email_verified: emailVerified }),
    },
  });
}

function isAddress({ email, emailVerified }: SignedIn, wanted: string | undefined): boolean {
  return emailVerified && wanted !== undefined && email?.toLowerCase() === wanted.toLowerCase();
}

/** Whom an administrator has suspended stays out. Returns whether they are one now. */
export async function makeAdmin(db: PeopleTx, id: string, by: Actor): Promise<boolean> {
  await moveUser(db, id, "approve");
  const changed = await setAdmin(db, id, true);
  if (changed) await recordAct(db, by, { act: "user.admin", subject: id });
  return changed;
}

function twoAccounts({ issuer }: SignedIn): RequestError {
  const host = new URL(issuer).host;
  return new RequestError(
    409,
    "two_accounts",
    `Identities that are linked at ${host} belong to two accounts here, so it is not clear which ` +
      "one you mean. Ask an administrator of this service to delete the one that you do not " +
      "need, or end the link there; then sign in again.",
  );
}
