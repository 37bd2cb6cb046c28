import type { Deps } from "../deps.ts";
import { deleteLostSecrets } from "./file-store.ts";
import { deleteEndedTasks } from "./task-store.ts";

/** Ended tasks are kept for a day, so that users can see what happened. */
const keptSeconds = 86_400;

export function removeEndedTasks(ctx: Deps<"db">): Promise<number> {
  return deleteEndedTasks(ctx.db.query, keptSeconds);
}

/** Of locations that nothing needs any more; returns how many were removed. */
export function removeLostSecrets(ctx: Deps<"db">): Promise<number> {
  return deleteLostSecrets(ctx.db.query);
}
