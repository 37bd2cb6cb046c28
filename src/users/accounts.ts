// Accounts of people: found or made at a sign-in, and shown to their person.
import { type Caller, ownerOf } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { notFound } from "../errors.ts";
import { type AccountView, accountView } from "./account-store.ts";
import { assertMay } from "./policy.ts";

export { type Account, type AccountView, arrive } from "./account-store.ts";

/** The caller's own. */
export async function readAccount(
  { people }: Deps<"people">,
  caller: Caller,
): Promise<AccountView> {
  assertMay(caller, "account.read");
  const id = ownerOf(caller) ?? "";
  const account = await people.read((db) => accountView(db, id));
  if (!account) throw notFound("account", id);
  return account;
}
