// Sessions of browsers. A session is found by the hash of its cookie, which is nowhere else.
import type { PeopleDb, PeopleTx } from "../db/people.ts";

export interface SessionFacts {
  /** the cookie's hash, in hex */
  id: string;
  user: string;
  createdAt: Date;
  /** to a minute */
  seenAt: Date;
  expiresAt: Date;
}

export interface NewSession {
  id: string;
  user: string;
  /** the identity that was signed in with */
  issuer: string;
  subject: string;
  now: Date;
  expiresAt: Date;
}

export async function sessionFacts(db: PeopleDb, id: string): Promise<SessionFacts | undefined> {
  const row = await db.sessions.findUnique({ where: { id_hash: bytesOf(id) } });
  if (!row) return undefined;
  return {
    id,
    user: row.user_id,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
  };
}

/** Those of before are removed, which have ended. */
export async function addSession(db: PeopleTx, session: NewSession): Promise<void> {
  const { id, user, issuer, subject, now, expiresAt } = session;
  await db.sessions.deleteMany({ where: { expires_at: { lt: now } } });
  await db.sessions.create({
    data: {
      id_hash: bytesOf(id),
      user_id: user,
      issuer,
      subject,
      created_at: now,
      seen_at: now,
      expires_at: expiresAt,
    },
  });
}

/** At most once a minute: a page is many calls. */
export async function extendSession(
  db: PeopleTx,
  id: string,
  { now, expiresAt }: { now: Date; expiresAt: Date },
): Promise<void> {
  const before = new Date(now.getTime() - 60_000);
  await db.sessions.updateMany({
    where: { id_hash: bytesOf(id), seen_at: { lt: before }, expires_at: { gt: now } },
    data: { seen_at: now, expires_at: expiresAt },
  });
}

/** Returns whose it was; undefined: there was none. */
export async function removeSession(db: PeopleTx, id: string): Promise<string | undefined> {
  const where = { id_hash: bytesOf(id) };
  const row = await db.sessions.findUnique({ where, select: { user_id: true } });
  await db.sessions.deleteMany({ where });
  return row?.user_id;
}

function bytesOf(id: string) {
  return new Uint8Array(Buffer.from(id, "hex"));
}
