// The first administrator of a new installation: somebody who has signed in, and can read a file of
// the service's user.
import { type Caller, ownerOf } from "../auth/caller.ts";
import { hashOf, newSecret } from "../auth/secret-text.ts";
import type { Deps } from "../deps.ts";
import { RequestError } from "../errors.ts";
import { makeAdmin } from "./account-store.ts";
import { addLink, hasAdmin, isLink, takeLink } from "./first-admin-store.ts";
import { assertMay } from "./policy.ts";

export const linkSeconds = 3_600;

/** The secret of a new link; undefined if there is an administrator. */
export async function newFirstAdminLink(
  { people }: Deps<"people">,
  now = Date.now(),
): Promise<string | undefined> {
  const secret = newSecret();
  const expiresAt = new Date(now + linkSeconds * 1_000);
  const isMade = await people.write(async (db) => {
    if (await hasAdmin(db)) return false;
    await addLink(db, { hash: hashOf(secret), now: new Date(now), expiresAt });
    return true;
  });
  return isMade ? secret : undefined;
}

/** Throws 403 if the link does not count, or not any more. */
export async function assertFirstAdminLink(
  { people }: Deps<"people">,
  secret: string | undefined,
): Promise<void> {
  const counts = await people.read(
    async (db) => (await isLink(db, hashOf(secret ?? ""), new Date())) && !(await hasAdmin(db)),
  );
  if (!counts) throw linkOver();
}

/** Makes the caller the first administrator, whether their account was approved or not. */
export async function becomeFirstAdmin(
  { people }: Deps<"people">,
  caller: Caller,
  secret: string | undefined,
): Promise<void> {
  assertMay(caller, "account.change");
  const id = ownerOf(caller) ?? "";
  await people.write(async (db) => {
    if (!(await takeLink(db, hashOf(secret ?? ""), new Date())) || (await hasAdmin(db)))
      throw linkOver();
    if (!(await makeAdmin(db, id, { kind: "system", name: "first-admin link" })))
      throw new RequestError(409, "wrong_state", "This account cannot become an administrator.");
  });
  people.changed(id);
}

function linkOver(): RequestError {
  return new RequestError(
    403,
    "bad_link",
    "The link for the first administrator counts once, for an hour, and while there is no " +
      "administrator. If there is none yet, start the service again for another link, or run " +
      "`longshore user create --admin` on its machine.",
  );
}
