// Groups of people. What is bound to a group is read for its members alone: bindings.ts.
import { randomUUID } from "node:crypto";
import type { Caller } from "../auth/caller.ts";
import { brokenIndex } from "../db/people-error.ts";
import type { Deps } from "../deps.ts";
import { notFound, RequestError } from "../errors.ts";
import { recordAct } from "./acts.ts";
import { type Binding, bindingRows } from "./bindings-store.ts";
import {
  addGroup,
  addMember,
  countGroups,
  findGroup,
  type Group,
  groupRows,
  isPerson,
  lockGroup,
  type Member,
  memberRows,
  removeGroup,
  removeMember,
} from "./groups-store.ts";
import { assertMay } from "./policy.ts";

export type { Group, Member } from "./groups-store.ts";

type Needed = Deps<"people" | "barred">;

const mostGroups = 1_000;

export async function listGroups({ people }: Deps<"people">, caller: Caller): Promise<Group[]> {
  assertMay(caller, "group.read");
  return people.read((db) => groupRows(db));
}

export async function createGroup(
  { people }: Deps<"people">,
  caller: Caller,
  name: string,
): Promise<Group> {
  assertMay(caller, "group.change");
  const made = people.write(async (db) => {
    if ((await countGroups(db)) >= mostGroups) throw tooMany();
    const group = await addGroup(db, randomUUID(), name);
    await recordAct(db, caller, { act: "group.create", subject: group.id, detail: { name } });
    return group;
  });
  return made.catch((error: unknown) => {
    throw brokenIndex(error) === "groups_name_key" ? nameTaken(name) : error;
  });
}

/** Refused while something is bound to it: without the group, everybody would read that. */
export async function deleteGroup({ people }: Needed, caller: Caller, id: string): Promise<void> {
  assertMay(caller, "group.change");
  await people.write(async (db) => {
    await lockGroup(db, id);
    const group = await findGroup(db, id);
    if (!group) throw notFound("group", id);
    if (group.bindings > 0) throw isBound(group);
    await removeGroup(db, id);
    const { name } = group;
    await recordAct(db, caller, { act: "group.delete", subject: id, detail: { name } });
  });
}

/** One group, with its members and what is bound to it. */
export interface GroupWithAll {
  group: Group;
  members: Member[];
  bindings: Binding[];
}

export async function readGroup(
  { people }: Deps<"people">,
  caller: Caller,
  id: string,
): Promise<GroupWithAll> {
  assertMay(caller, "group.read");
  return people.read(async (db) => {
    const group = await findGroup(db, id);
    if (!group) throw notFound("group", id);
    const members = await memberRows(db, id);
    const bindings = (await bindingRows(db)).filter((binding) => binding.group === id);
    return { group, members, bindings };
  });
}

/** The groups that a person is in. */
export async function listGroupsOf(
  { people }: Deps<"people">,
  caller: Caller,
  user: string,
): Promise<Group[]> {
  assertMay(caller, "group.read");
  return people.read((db) => groupRows(db, user));
}

export async function listMembers(
  { people }: Deps<"people">,
  caller: Caller,
  id: string,
): Promise<Member[]> {
  assertMay(caller, "group.read");
  return people.read(async (db) => {
    if (!(await findGroup(db, id))) throw notFound("group", id);
    return memberRows(db, id);
  });
}

export async function joinGroup(
  ctx: Needed,
  caller: Caller,
  { group, user }: { group: string; user: string },
): Promise<void> {
  assertMay(caller, "group.change");
  await ctx.people.write(async (db) => {
    await lockGroup(db, group);
    const found = await findGroup(db, group);
    if (!found) throw notFound("group", group);
    if (!(await isPerson(db, user))) throw notFound("person", user);
    if (!(await addMember(db, group, user))) return;
    const detail = { group, group_name: found.name };
    await recordAct(db, caller, { act: "group.join", subject: user, detail });
  });
  changed(ctx, user);
}

/** From here on no file of theirs is given to a worker that may read what is bound to the group. */
export async function leaveGroup(
  ctx: Needed,
  caller: Caller,
  { group, user }: { group: string; user: string },
): Promise<void> {
  assertMay(caller, "group.change");
  await ctx.people.write(async (db) => {
    const found = await findGroup(db, group);
    if (!found) throw notFound("group", group);
    if (!(await removeMember(db, group, user))) throw notFound("member of the group", user);
    const detail = { group, group_name: found.name };
    await recordAct(db, caller, { act: "group.leave", subject: user, detail });
  });
  changed(ctx, user);
}

function changed({ people, barred }: Needed, user: string): void {
  barred.forget();
  people.changed(user);
}

function tooMany(): RequestError {
  const sentence = `There are ${mostGroups} groups, the most that are possible.`;
  return new RequestError(409, "too_many_groups", sentence);
}

function nameTaken(name: string): RequestError {
  const sentence = `There is a group ${JSON.stringify(name)} already.`;
  return new RequestError(409, "name_taken", sentence);
}

function isBound({ name, bindings }: Group): RequestError {
  return new RequestError(
    409,
    "group_is_bound",
    `To the group ${JSON.stringify(name)} are bound ${bindings} roots, hosts or datasets, which ` +
      "everybody could read without it: remove these bindings first.",
  );
}
