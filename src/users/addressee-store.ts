import type { PeopleDb } from "../db/people.ts";
import type { UserState } from "./state.ts";

/** Whom a message is for, or about. */
export interface Addressee {
  id: string;
  state: UserState;
  name: string | undefined;
  email: string | undefined;
  /** the provider says that it is theirs; otherwise they have typed it */
  emailVerified: boolean;
  institution: string | undefined;
  experiment: string | undefined;
}

export async function readAddressee(db: PeopleDb, id: string): Promise<Addressee | undefined> {
  const row = await db.users.findUnique({
    where: { id },
    select: {
      id: true,
      state: true,
      name: true,
      email: true,
      email_verified: true,
      institution: true,
      experiment: true,
    },
  });
  if (!row) return undefined;
  return {
    id: row.id,
    // A constraint of the table allows the words of this type alone.
    state: row.state as UserState,
    name: row.name ?? undefined,
    email: row.email ?? undefined,
    emailVerified: row.email_verified,
    institution: row.institution ?? undefined,
    experiment: row.experiment ?? undefined,
  };
}
