import type { Deps } from "../../deps.ts";
import { beginEnding } from "../move-store.ts";

/** For a service outside that cannot do the request: its open files fail with the reason. A request that has ended, or is ending, does not change. */
export async function failRequest(
  ctx: Deps<"advanceQueue" | "db">,
  id: string,
  reason: string,
): Promise<boolean> {
  const begun = await beginEnding(ctx.db.query, id, "fail", reason);
  if (begun) ctx.advanceQueue.add(id);
  return begun;
}
