// What administrators do to people and tokens, and what people do to their tokens. (`longshore
// audit` is about the ledger.)
import type { Caller } from "../auth/caller.ts";
import { type NumberPage, numberBefore, numberPage } from "../cursor.ts";
import type { Deps } from "../deps.ts";
import { type ActRow, actRows, type WantedActs } from "./acts-store.ts";
import { assertMay } from "./policy.ts";

export { type Act, type Actor, type ActRow, recordAct } from "./acts-store.ts";

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
