// What a person says of themselves.
import { type Caller, ownerOf, type Scope } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { notFound, RequestError } from "../errors.ts";
import { addNotices, noticesChannel, signupNotice } from "../notices/enqueue.ts";
import { recordAct } from "./acts.ts";
import { moveUser } from "./move-store.ts";
import {
  findPerson,
  hasGivenEmail,
  type NewProfile,
  type PersonRow,
  setProfile,
} from "./people-store.ts";
import { assertMay } from "./policy.ts";
import { userMoves } from "./state.ts";

export type { NewProfile } from "./people-store.ts";

export interface OwnProfile extends PersonRow {
  /** whether they may type an address: no provider gives one */
  mayTypeEmail: boolean;
  /** what the calling token is limited to; undefined: nothing */
  scopes: readonly Scope[] | undefined;
}

/** Undefined with identity off: the local caller is no account. */
export async function readProfile(
  { config, people }: Deps<"config" | "people">,
  caller: Caller,
): Promise<OwnProfile | undefined> {
  assertMay(caller, "account.read");
  if (!config.identity) return undefined;
  const id = ownerOf(caller) ?? "";
  const [person, given] = await people.read(async (db) => [
    await findPerson(db, id),
    await hasGivenEmail(db, id),
  ]);
  if (!person) throw notFound("account", id);
  const scopes = "scopes" in caller ? caller.scopes : undefined;
  return { ...person, mayTypeEmail: !given, scopes };
}

/** The first time, the account begins to wait for approval, and administrators are told. */
export async function changeProfile(
  ctx: Deps<"config" | "notifier" | "people">,
  caller: Caller,
  profile: NewProfile,
): Promise<void> {
  assertMay(caller, "account.change");
  const id = ownerOf(caller) ?? "";
  await ctx.people.write(async (db) => {
    const person = await findPerson(db, id);
    if (!person || person.state === userMoves.remove.to) throw notFound("account", id);
    const email = profile.email === person.email ? undefined : profile.email;
    if (email !== undefined && (await hasGivenEmail(db, id))) throw emailGiven();
    await setProfile(db, id, { ...profile, email });
    const changed = changedFields(person, { ...profile, email });
    await recordAct(db, caller, { act: "user.profile", subject: id, detail: { changed } });
    if (await moveUser(db, id, "complete")) await addNotices(db, [signupNotice(ctx, id)]);
  });
  ctx.people.changed(id);
  ctx.notifier.notify(noticesChannel);
}

/** Their names alone: the log of acts outlives an account. */
function changedFields(before: PersonRow, after: NewProfile): string[] {
  const { name, institution, experiment, mailWhenDone, email } = after;
  const is = {
    name: name === before.name,
    institution: institution === before.institution,
    experiment: experiment === (before.experiment ?? null),
    mail_when_done: mailWhenDone === before.mailWhenDone,
    email: email === undefined,
  };
  return Object.entries(is).flatMap(([field, same]) => (same ? [] : [field]));
}

function emailGiven(): RequestError {
  return new RequestError(
    409,
    "email_given",
    "Your sign-in gives your email address: change it there, and sign in again.",
  );
}
