import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { assertMay } from "../../users/policy.ts";
import { lastProgressNote, type ProgressNote, recordProgressNote } from "./progress-note-store.ts";
import { readableText } from "./sanitize.ts";

/** Records a worker's note about a file that it works on. It changes no state. */
export async function noteProgress(
  ctx: Deps<"db">,
  caller: Caller,
  note: ProgressNote,
): Promise<boolean> {
  assertMay(caller, "work");
  const info = note.info === null ? null : readableText(note.info);
  return recordProgressNote(ctx.db.query, { ...note, info });
}

/** The last note about the file in its current attempt. */
export function lastNoteOf(
  ctx: Deps<"db">,
  request: string,
  file: number,
): Promise<string | undefined> {
  return lastProgressNote(ctx.db.query, request, file);
}
