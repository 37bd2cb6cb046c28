import type { Deps } from "../deps.ts";
import { type TimedChunk, timedChunk } from "../timed-chunk.ts";
import { moveDatasets } from "./move-store.ts";
import { deleteDataset, deleteFiles, unusedLists, unusedPast } from "./unused-store.ts";

/** A list is kept for so long after its last use. */
const keptSeconds = 3600;
const most = 100;
/** The sweep waits meanwhile. The next run goes on with what is left. */
const mostMilliseconds = 5_000;
const filesAtOnce = { first: 1000, least: 100, most: 10_000, milliseconds: 100 };

/**
 * Deletes lists of files that no request uses. What an external finder knows of a name stays until
 * someone deletes it; the list of a request and that of a folder are made again when they are
 * needed. Returns the number of deleted lists.
 */
export async function removeUnused(
  { db, ledger, finders }: Deps<"db" | "finders" | "ledger">,
  {
    isLeader,
    milliseconds = mostMilliseconds,
  }: { isLeader(): boolean | Promise<boolean>; milliseconds?: number },
): Promise<number> {
  const end = performance.now() + milliseconds;
  const unused = await unusedLists(db.query, keptSeconds, [...finders.keys()], most);
  await moveDatasets(db.query, unused, "retire");
  const files = timedChunk(filesAtOnce);
  let removed = 0;
  for (const id of await unusedPast(db.query, keptSeconds, most)) {
    if (!(await deleteUntil(end, ledger, { id, files }))) break;
    await deleteDataset(db.query, id);
    removed += 1;
    if (performance.now() >= end || !(await isLeader())) break;
  }
  return removed;
}

/** Deletes at least one chunk of a list's files. Returns whether none is left. */
async function deleteUntil(
  end: number,
  { query }: Deps<"ledger">["ledger"],
  { id, files }: { id: number; files: TimedChunk },
): Promise<boolean> {
  for (let after = 0; ; ) {
    const { isLast } = await files.run(async (rows) => {
      const { count, last } = await deleteFiles(query, id, { after, limit: rows });
      after = last;
      return count;
    });
    if (isLast) return true;
    if (performance.now() >= end) return false;
  }
}
