// What administrators do to people and to what belongs to others, and what people do to their
// tokens. (`longshore audit` is about the ledger.)
import { type Caller, ownerOf } from "../auth/caller.ts";
import { type NumberPage, numberBefore, numberPage } from "../cursor.ts";
import type { Query } from "../db/client.ts";
import type { Deps } from "../deps.ts";
import { type Act, type ActRow, actRows, addAct, type WantedActs } from "./acts-store.ts";
import { assertMay } from "./policy.ts";

export { type Act, type Actor, type ActRow, addAct, commandLine, recordAct } from "./acts-store.ts";

/**
 * In the transaction of what was done, if an administrator did it; where there is an `owner`, to
 * what belongs to another. What people do to their own requests is in the ledger alone.
 */
export async function noteAdmin(
  query: Query,
  caller: Caller,
  act: Act,
  owner?: string,
): Promise<void> {
  if (caller.kind !== "admin" || ownerOf(caller) === owner) return;
  await addAct(
    query,
    caller,
    owner === undefined ? act : { ...act, detail: { ...act.detail, owner } },
  );
}

/** The newest first. */
export async function listActs(
  { people }: Deps<"people">,
  caller: Caller,
  { cursor, limit, ...wanted }: WantedActs & { cursor?: string | undefined; limit: number },
): Promise<NumberPage<ActRow>> {
  assertMay(caller, "act.read");
  const place = { ...numberBefore(cursor), limit: limit + 1 };
  const rows = await people.read((db) => actRows(db, { ...wanted, ...place }));
  return numberPage(rows, limit, ({ id }) => id);
}
