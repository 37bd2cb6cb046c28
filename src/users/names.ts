// What administrators read instead of ids.
import type { Caller } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { personNames } from "./people-store.ts";
import { assertMay } from "./policy.ts";

/** By their ids: the names of people, or their addresses. Who has none has the id. */
export async function namesOf(
  { people }: Deps<"people">,
  caller: Caller,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  assertMay(caller, "user.read");
  const wanted = [...new Set(ids)];
  const known = await people.read((db) => personNames(db, wanted));
  return new Map(wanted.map((id) => [id, known.get(id) ?? id]));
}
