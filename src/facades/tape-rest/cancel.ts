// `POST stage/<id>/cancel`: some files of a request are no longer wanted.
import type { Caller } from "../../auth/caller.ts";
import type { Context } from "../../deps.ts";
import { UnavailableError } from "../../errors.ts";
import { cancelIfOpen } from "../../requests/lifecycle/cancel.ts";
import { cancelFiles } from "../../requests/lifecycle/cancel-files.ts";
import { finalFileStates } from "../../requests/state.ts";
import type { Parts } from "./parts.ts";
import { findNamed, type StagedFile } from "./staged-files.ts";

export async function cancelPaths(
  ctx: Context,
  parts: Pick<Parts, "limitsOf">,
  caller: Caller,
  { id, paths }: { id: string; paths: string[] },
): Promise<void> {
  const { view, staged } = await findNamed(ctx, parts, caller, { id, paths });
  const wanted = new Set(paths);
  const open = [...staged.values()].filter(isOpen);
  const named = open.filter(({ path }) => wanted.has(path));
  if (named.length === 0) return;
  if (named.length === open.length) return cancelIfOpen(ctx, view.id, caller);
  const known = named.flatMap(({ file }) => (file ? [file.file] : []));
  if (known.length < named.length)
    throw new UnavailableError("The request is being recorded; cancel its files again.");
  await cancelFiles(ctx, view.id, known, caller);
}

function isOpen({ file }: StagedFile): boolean {
  return file === undefined || !finalFileStates.includes(file.state);
}
