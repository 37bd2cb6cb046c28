import type { Context } from "../context.ts";
import { beginEnding } from "./move-store.ts";

/** Somebody outside says that the request cannot be done: its open files fail with the reason. One that has ended, or is ending, stays as it is. */
export async function failRequest(ctx: Pick<Context, "db" | "advance">, id: string, reason: string): Promise<boolean> {
  const begun = await beginEnding(ctx.db.query, id, "failed", reason);
  if (begun) ctx.advance.ring(id);
  return begun;
}
