import { createHash } from "node:crypto";
import type { Query } from "../db/client.ts";
import type { Deps } from "../deps.ts";
import { parseDid } from "./did.ts";
import { addListed, closeIn, openDataset, type Replicas } from "./store.ts";

/**
 * The dataset of a request, within its submit's transaction. A list is recorded there and then; a name is looked up afterwards, and what was
 * found is remembered until someone deletes it. A folder's listing holds for a moment only, so each request that names one looks anew.
 */
export async function resolveDataset(
  { config, finders }: Deps<"config" | "finders">,
  query: Query,
  dataset: { files: Replicas[] } | { did: string },
): Promise<number> {
  if ("files" in dataset) return recordList(query, dataset.files);
  const { scheme, name } = parseDid(dataset.did, { config, finders });
  const { id } = await openDataset(query, scheme, name, {
    anew: finders.get(scheme)?.fleeting ?? false,
  });
  return id;
}

/** The same list again is the same dataset: its rows are written once. */
async function recordList(query: Query, list: Replicas[]): Promise<number> {
  const { id, created } = await openDataset(query, "user", nameOfList(list));
  if (created) {
    await addListed(query, id, list);
    await closeIn(query, id, { outcome: "found" });
  }
  return id;
}

/** SHA-256 of the list as JSON, each file a list of replicas; said piece by piece, since the whole text may be many megabytes. */
function nameOfList(list: Replicas[]): string {
  const hash = createHash("sha256");
  for (const [index, replicas] of list.entries())
    hash.update(`${index === 0 ? "[" : ","}${JSON.stringify([replicas].flat())}`);
  return hash.update("]").digest("hex");
}
