import type { PeopleDb, PeopleTx } from "../db/people.ts";
import { userMoves } from "./state.ts";

export async function hasAdmin(db: PeopleDb): Promise<boolean> {
  const found = await db.users.findFirst({
    where: { admin: true, state: userMoves.approve.to },
    select: { id: true },
  });
  return found !== null;
}

/** Those of before are removed, which have ended. */
export async function addLink(
  db: PeopleTx,
  { hash, now, expiresAt }: { hash: Buffer; now: Date; expiresAt: Date },
): Promise<void> {
  await db.admin_links.deleteMany({ where: { expires_at: { lt: now } } });
  await db.admin_links.create({ data: { hash: new Uint8Array(hash), expires_at: expiresAt } });
}

export async function isLink(db: PeopleDb, hash: Buffer, now: Date): Promise<boolean> {
  return (await db.admin_links.count({ where: whereLink(hash, now) })) > 0;
}

/**
 * Returns whether it was one that counts. Then it and all others are gone: there is one first
 * administrator, whose links of other processes do not make a second one.
 */
export async function takeLink(db: PeopleTx, hash: Buffer, now: Date): Promise<boolean> {
  // Of two at once, the second waits, and finds that there is an administrator.
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('first administrator', 14))`;
  if ((await db.admin_links.count({ where: whereLink(hash, now) })) === 0) return false;
  await db.admin_links.deleteMany({});
  return true;
}

function whereLink(hash: Buffer, now: Date) {
  return { hash: new Uint8Array(hash), expires_at: { gt: now } };
}
