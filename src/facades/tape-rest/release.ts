// `POST release/<id>`: its files are no longer needed on disk.
import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { isUuid } from "../../uuid.ts";
import type { Parts } from "./parts.ts";
import { findNamed } from "./staged-files.ts";

/**
 * Nothing is pinned for these requests, so that there is nothing to let go: the paths are checked
 * alone. gfal2 sends an id that is none where a file is released without its request.
 */
export async function release(
  ctx: Deps<"db">,
  parts: Pick<Parts, "limitsOf">,
  caller: Caller,
  { id, paths }: { id: string; paths: string[] },
): Promise<void> {
  if (!isUuid(id)) return;
  await findNamed(ctx, parts, caller, { id, paths });
}
