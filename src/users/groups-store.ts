import type { PeopleDb, PeopleTx } from "../db/people.ts";

export interface Group {
  id: string;
  name: string;
  createdAt: Date;
  /** how many people are in it, and how many bindings name it */
  members: number;
  bindings: number;
}

export interface Member {
  user: string;
  name: string | undefined;
  email: string | undefined;
}

const counted = { _count: { select: { group_members: true, bindings: true } } } as const;

/** By name. `member`: only groups with this person. */
export async function groupRows(db: PeopleDb, member?: string): Promise<Group[]> {
  const rows = await db.groups.findMany({
    ...(member !== undefined && { where: { group_members: { some: { user_id: member } } } }),
    orderBy: { name: "asc" },
    include: counted,
  });
  return rows.map(toGroup);
}

export function countGroups(db: PeopleDb): Promise<number> {
  return db.groups.count();
}

export async function findGroup(db: PeopleDb, id: string): Promise<Group | undefined> {
  const row = await db.groups.findUnique({ where: { id }, include: counted });
  return row ? toGroup(row) : undefined;
}

/** A name that is taken breaks `groups_name_key`. */
export async function addGroup(db: PeopleTx, id: string, name: string): Promise<Group> {
  return toGroup(await db.groups.create({ data: { id, name }, include: counted }));
}

/** It is not deleted, and nothing else comes to be bound to it, until the transaction ends. */
export async function lockGroup(db: PeopleTx, id: string): Promise<void> {
  await db.$executeRaw`SELECT FROM groups WHERE id = ${id} FOR UPDATE`;
}

export async function removeGroup(db: PeopleTx, id: string): Promise<void> {
  await db.groups.deleteMany({ where: { id } });
}

export async function memberRows(db: PeopleDb, group: string): Promise<Member[]> {
  const rows = await db.group_members.findMany({
    where: { group_id: group, users: { state: { not: "deleted" } } },
    select: { user_id: true, users: { select: { name: true, email: true } } },
    orderBy: { user_id: "asc" },
  });
  return rows.map(({ user_id: user, users: { name, email } }) => ({
    user,
    name: name ?? undefined,
    email: email ?? undefined,
  }));
}

export async function isPerson(db: PeopleDb, id: string): Promise<boolean> {
  return (await db.users.count({ where: { id, state: { not: "deleted" } } })) > 0;
}

/** Returns whether they are new in it. */
export async function addMember(db: PeopleTx, group: string, user: string): Promise<boolean> {
  const { count } = await db.group_members.createMany({
    data: [{ group_id: group, user_id: user }],
    skipDuplicates: true,
  });
  return count > 0;
}

/** Returns whether they were in it. */
export async function removeMember(db: PeopleTx, group: string, user: string): Promise<boolean> {
  const { count } = await db.group_members.deleteMany({
    where: { group_id: group, user_id: user },
  });
  return count > 0;
}

interface GroupRow {
  id: string;
  name: string;
  created_at: Date;
  _count: { group_members: number; bindings: number };
}

function toGroup({ id, name, created_at: createdAt, _count }: GroupRow): Group {
  return { id, name, createdAt, members: _count.group_members, bindings: _count.bindings };
}
