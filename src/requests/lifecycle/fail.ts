import type { Deps } from "../../deps.ts";
import { beginEnding } from "../move-store.ts";

/** Somebody outside says that the request cannot be done: its open files fail with the reason. One that has ended, or is ending, stays as it is. */
export async function failRequest(
  ctx: Deps<"advanceQueue" | "db">,
  id: string,
  reason: string,
): Promise<boolean> {
  const begun = await beginEnding(ctx.db.query, id, "failed", reason);
  if (begun) ctx.advanceQueue.add(id);
  return begun;
}
