import type { PeopleDb, PeopleTx } from "../db/people.ts";
import { type UserState, userMoves } from "./state.ts";

export interface PersonRow {
  id: string;
  /** as ServiceX's calls name them; the later the account, the larger */
  number: number;
  state: UserState;
  admin: boolean;
  name: string | undefined;
  email: string | undefined;
  /** the provider says that it is theirs; otherwise they have typed it */
  emailVerified: boolean;
  institution: string | undefined;
  experiment: string | undefined;
  mailWhenDone: boolean;
  createdAt: Date;
  /** since when it is in this state */
  stateAt: Date;
  seenAt: Date | undefined;
}

export async function findPerson(db: PeopleDb, id: string): Promise<PersonRow | undefined> {
  const row = await db.users.findUnique({ where: { id } });
  return row ? personRow(row) : undefined;
}

/** One that is not deleted. */
export async function findByNumber(db: PeopleDb, number: number): Promise<PersonRow | undefined> {
  const row = await db.users.findFirst({ where: { number, state: isThere } });
  return row ? personRow(row) : undefined;
}

/** Addresses are no names: two people may have typed the same. Returns two at most. */
export async function findByEmail(db: PeopleDb, email: string): Promise<PersonRow[]> {
  const rows = await db.users.findMany({ where: { email, state: isThere }, take: 2 });
  return rows.map(personRow);
}

/** The newest first. Without `state`: all that are not deleted. */
export async function personRows(
  db: PeopleDb,
  { state, before, limit }: { state?: UserState | undefined; before?: bigint; limit: number },
): Promise<PersonRow[]> {
  const rows = await db.users.findMany({
    where: { state: state ?? isThere, ...(before !== undefined && { number: { lt: before } }) },
    orderBy: { number: "desc" },
    take: limit,
  });
  return rows.map(personRow);
}

/** By their ids; who has neither a name nor an address is left out. */
export async function personNames(
  db: PeopleDb,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db.users.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, name: true, email: true },
  });
  return new Map(
    rows.flatMap(({ id, name, email }) => {
      const word = name ?? email;
      return word === null ? [] : [[id, word] as const];
    }),
  );
}

const isThere = { not: userMoves.remove.to };

export interface NewProfile {
  name: string;
  institution: string;
  experiment: string | null;
  mailWhenDone: boolean;
  /** undefined: as it is */
  email?: string | undefined;
}

/** An address that its person types is not verified. */
export async function setProfile(db: PeopleTx, id: string, profile: NewProfile): Promise<void> {
  const { name, institution, experiment, mailWhenDone, email } = profile;
  await db.users.update({
    where: { id },
    data: {
      name,
      institution,
      experiment,
      mail_when_done: mailWhenDone,
      updated_at: new Date(),
      ...(email !== undefined && { email, email_verified: false }),
    },
  });
}

/** Whether a provider says which address is theirs. */
export async function hasGivenEmail(db: PeopleDb, id: string): Promise<boolean> {
  const where = { user_id: id, email: { not: null } };
  return (await db.identities.count({ where })) > 0;
}

interface StoredPerson {
  id: string;
  number: bigint;
  state: string;
  admin: boolean;
  name: string | null;
  email: string | null;
  email_verified: boolean;
  institution: string | null;
  experiment: string | null;
  mail_when_done: boolean;
  created_at: Date;
  state_at: Date;
  seen_at: Date | null;
}

function personRow(row: StoredPerson): PersonRow {
  return {
    id: row.id,
    number: Number(row.number),
    // A constraint of the table allows the words of this type alone.
    state: row.state as UserState,
    admin: row.admin,
    name: row.name ?? undefined,
    email: row.email ?? undefined,
    emailVerified: row.email_verified,
    institution: row.institution ?? undefined,
    experiment: row.experiment ?? undefined,
    mailWhenDone: row.mail_when_done,
    createdAt: row.created_at,
    stateAt: row.state_at,
    seenAt: row.seen_at ?? undefined,
  };
}
