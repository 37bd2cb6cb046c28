import type { Deps } from "../deps.ts";
import { deleteUnneededSecrets } from "./location-store.ts";
import { deleteEndedTasks } from "./task-store.ts";

/** Ended tasks are kept for a day, so that users can see what happened. */
const keptSeconds = 86_400;

export function removeEndedTasks(ctx: Deps<"db">): Promise<number> {
  return deleteEndedTasks(ctx.db.query, keptSeconds);
}

/** Removes the secrets of locations that nothing needs any more. Returns their number. */
export function removeUnneededSecrets(ctx: Deps<"db">): Promise<number> {
  return deleteUnneededSecrets(ctx.db.query);
}
