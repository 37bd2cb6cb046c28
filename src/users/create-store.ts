import { randomUUID } from "node:crypto";
import type { PeopleDb, PeopleTx } from "../db/people.ts";
import { type Actor, recordAct } from "./acts-store.ts";
import { moveUser } from "./move-store.ts";
import { userMoves } from "./state.ts";

export interface NewAccount {
  name: string;
  email?: string | undefined;
  institution?: string | undefined;
  admin: boolean;
  /** by which a sign-in finds the account */
  identity?: { issuer: string; subject: string } | undefined;
}

/** Approved at once. A known identity breaks `identities_pkey`. */
export async function addAccount(db: PeopleTx, by: Actor, account: NewAccount): Promise<string> {
  const { name, email, institution, admin, identity } = account;
  const id = randomUUID();
  await db.users.create({
    data: { id, name, email: email ?? null, institution: institution ?? null, admin },
  });
  await moveUser(db, id, "approve");
  if (identity) await db.identities.create({ data: { ...identity, user_id: id } });
  // No name: it would stay when the account is deleted.
  await recordAct(db, by, { act: "user.create", subject: id, detail: { admin } });
  return id;
}

/** The id of the account that has this identity, else of one that has this address. */
export async function findAccount(
  db: PeopleDb,
  { email, identity }: Pick<NewAccount, "email" | "identity">,
): Promise<string | undefined> {
  const users = { state: { not: userMoves.remove.to } };
  const known =
    identity && (await db.identities.findFirst({ where: { ...identity, users } }))?.user_id;
  if (known !== undefined || email === undefined) return known;
  // Prisma compares with ILIKE, to which _ and % are patterns.
  const plain = email.replaceAll(/[\\%_]/g, String.raw`\$&`);
  const sameAddress = { equals: plain, mode: "insensitive" } as const;
  return (await db.users.findFirst({ where: { email: sameAddress, ...users } }))?.id;
}
