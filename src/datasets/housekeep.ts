import type { Deps } from "../deps.ts";
import { moveDataset } from "./move-store.ts";
import { deleteDataset, deleteFiles, unusedLists, unusedPast } from "./unused-store.ts";

/** A list is kept for so long after its last use. */
const keptSeconds = 3600;
const most = 100;

/**
 * Deletes lists of files that no request uses. What an external finder knows of a name stays until
 * someone deletes it; the list of a request and that of a folder are made again when they are
 * needed. Returns the number of deleted lists.
 */
export async function removeUnused({
  db,
  ledger,
  finders,
}: Deps<"db" | "finders" | "ledger">): Promise<number> {
  const again = [...finders.values()].filter(({ fleeting }) => fleeting);
  const names = ["user", ...again.map(({ scheme }) => scheme)];
  for (const id of await unusedLists(db.query, keptSeconds, names, most))
    await moveDataset(db.query, id, "retire");
  const ids = await unusedPast(db.query, keptSeconds, most);
  for (const id of ids) {
    for (let last: number | null = 0; last !== null; )
      last = await deleteFiles(ledger.query, id, last);
    await deleteDataset(db.query, id);
  }
  return ids.length;
}
