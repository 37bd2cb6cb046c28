// `POST release/<id>`: its files are no longer needed on disk.
import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { isUuid } from "../../uuid.ts";
import { notOfRequest } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { findStage } from "./stage-request.ts";
import { stagedFiles } from "./staged-files.ts";

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
  const { view, data } = await findStage(ctx, parts, caller, { id, action: "request.change" });
  const staged = await stagedFiles(ctx, caller, view);
  const refused = new Set(data.refused.map(({ path }) => path));
  const stranger = paths.find((path) => !staged.has(path) && !refused.has(path));
  if (stranger !== undefined) throw notOfRequest(stranger);
}
