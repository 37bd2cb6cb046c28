import { withoutSecrets } from "../../addresses/shown.ts";
import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { assertMay } from "../../users/policy.ts";
import { beginEnding } from "../move-store.ts";

/**
 * A finder reports that the request cannot be done: its open files fail with the reason. Returns
 * false for a request that has ended or is already ending.
 */
export async function failRequest(
  ctx: Deps<"advanceQueue" | "db">,
  id: string,
  caller: Caller,
  reason: string,
): Promise<boolean> {
  assertMay(caller, "lookup.report");
  const begun = await beginEnding(ctx.db.query, id, "fail", withoutSecrets(reason));
  if (begun) ctx.advanceQueue.add(id);
  return begun;
}
