import type { PeopleDb, PeopleTx } from "../db/people.ts";

export const bindingKinds = ["root", "host", "dataset"] as const;
export type BindingKind = (typeof bindingKinds)[number];

/** Of several with one target, the members of each group read it. */
export interface Binding {
  kind: BindingKind;
  /** a folder; a host as in INPUT_HOSTS; a dataset `scheme://name`, in which `*` is any text */
  target: string;
  /** the group's id */
  group: string;
}

export async function bindingRows(db: PeopleDb): Promise<Binding[]> {
  const rows = await db.bindings.findMany({
    orderBy: [{ kind: "asc" }, { target: "asc" }, { group_id: "asc" }],
  });
  // A constraint of the table allows the words of this type alone.
  return rows.map(({ kind, target, group_id: group }) => ({
    kind: kind as BindingKind,
    target,
    group,
  }));
}

/** A deleted account is in no group. */
export async function groupsOf(db: PeopleDb, user: string): Promise<string[]> {
  const rows = await db.group_members.findMany({
    where: { user_id: user, users: { state: { not: "deleted" } } },
    select: { group_id: true },
  });
  return rows.map(({ group_id: group }) => group);
}

export function countBindings(db: PeopleDb): Promise<number> {
  return db.bindings.count();
}

/** Returns whether it is new. */
export async function addBinding(db: PeopleTx, { kind, target, group }: Binding): Promise<boolean> {
  const { count } = await db.bindings.createMany({
    data: [{ kind, target, group_id: group }],
    skipDuplicates: true,
  });
  return count > 0;
}

/** Returns whether it was there. */
export async function removeBinding(
  db: PeopleTx,
  { kind, target, group }: Binding,
): Promise<boolean> {
  const { count } = await db.bindings.deleteMany({ where: { kind, target, group_id: group } });
  return count > 0;
}
