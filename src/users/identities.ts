import { type Caller, ownerOf } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { type IdentityRow, identityRows } from "./identities-store.ts";
import { assertMay } from "./policy.ts";

export type { IdentityRow } from "./identities-store.ts";

/** The caller's own, or anybody's for administrators. */
export async function listIdentities(
  { people }: Deps<"people">,
  caller: Caller,
  user: string,
): Promise<IdentityRow[]> {
  assertMay(caller, user === ownerOf(caller) ? "account.read" : "user.read");
  return people.read((db) => identityRows(db, user));
}
