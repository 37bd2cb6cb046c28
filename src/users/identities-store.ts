import type { PeopleDb } from "../db/people.ts";

/** With what somebody signs in. */
export interface IdentityRow {
  issuer: string;
  subject: string;
  username: string | undefined;
  email: string | undefined;
  /** of Globus: whose login it is, such as a university's */
  provider: string | undefined;
  linkedAt: Date;
  usedAt: Date | undefined;
}

/** The oldest first. */
export async function identityRows(db: PeopleDb, user: string): Promise<IdentityRow[]> {
  const rows = await db.identities.findMany({
    where: { user_id: user },
    orderBy: [{ linked_at: "asc" }, { subject: "asc" }],
  });
  return rows.map((row) => ({
    issuer: row.issuer,
    subject: row.subject,
    username: row.username ?? undefined,
    email: row.email ?? undefined,
    provider: row.provider ?? undefined,
    linkedAt: row.linked_at,
    usedAt: row.used_at ?? undefined,
  }));
}
