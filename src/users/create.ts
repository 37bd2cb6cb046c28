// Accounts that an operator makes on this machine, such as the first administrator's.
import { brokenIndex } from "../db/people-error.ts";
import type { Deps } from "../deps.ts";
import { RequestError } from "../errors.ts";
import type { Actor } from "./acts.ts";
import { addAccount, findAccount, type NewAccount } from "./create-store.ts";

export type { NewAccount } from "./create-store.ts";

/**
 * Returns the id of the new account. Throws 409 where an account has the identity or the address
 * already: two of the same person are hard to tell apart, and a sign-in would find only one.
 */
export async function createUser(
  { people }: Deps<"people">,
  by: Actor,
  account: NewAccount,
): Promise<string> {
  const known = await knownAccount({ people }, account);
  if (known !== undefined) throw taken(account, known);
  return people
    .write((db) => addAccount(db, by, account))
    .catch(async (error: unknown) => {
      if (brokenIndex(error) === undefined) throw error;
      throw taken(account, (await knownAccount({ people }, account)) ?? "another");
    });
}

export function knownAccount(
  { people }: Deps<"people">,
  account: Pick<NewAccount, "email" | "identity">,
): Promise<string | undefined> {
  return people.read((db) => findAccount(db, account));
}

function taken({ identity, email }: NewAccount, id: string): RequestError {
  const what = [identity && `the subject ${JSON.stringify(identity.subject)}`, email && `${email}`];
  return new RequestError(
    409,
    "account_exists",
    `There is an account with ${what.filter(Boolean).join(" or ")} already: ${id}.`,
  );
}
