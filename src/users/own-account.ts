import { ownerOf } from "../auth/caller.ts";
import { RequestError } from "../errors.ts";
import type { Actor } from "./acts.ts";

/** Nobody shuts themselves out by mistake: another administrator does it. */
export function refuseOwn(by: Actor, id: string): void {
  if (by.kind === "system" || ownerOf(by) !== id) return;
  throw new RequestError(
    409,
    "own_account",
    "This is your own account: only another administrator can do this with it.",
  );
}
