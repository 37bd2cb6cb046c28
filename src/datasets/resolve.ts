import { createHash } from "node:crypto";
import type { Query } from "../db/client.ts";
import type { Deps } from "../deps.ts";
import { timeSlice } from "../time-slice.ts";
import { parseDid } from "./did.ts";
import { addListed, closeIn, openDataset, type Replicas } from "./store.ts";

/**
 * Returns the dataset of a request, in the transaction of its submit. A list is recorded at once. A
 * name is looked up afterwards, and the result is kept until someone deletes it, except for finders
 * whose results do not last (a folder's listing): each request looks those up again.
 */
export async function resolveDataset(
  { config, finders }: Deps<"config" | "finders">,
  query: Query,
  dataset: { files: Replicas[] } | { did: string },
  owner: string,
): Promise<number> {
  if ("files" in dataset) return recordList(query, dataset.files);
  const { scheme, name } = parseDid(dataset.did, { config, finders });
  const { id } = await openDataset(query, scheme, name, {
    renew: finders.get(scheme)?.fleeting ?? false,
    owner,
  });
  return id;
}

/** The same list is the same dataset, so its rows are written once. */
async function recordList(query: Query, list: Replicas[]): Promise<number> {
  const { id, created } = await openDataset(query, "user", await nameOfList(list));
  if (created) {
    await addListed(query, id, list);
    await closeIn(query, id, { outcome: "found" });
  }
  return id;
}

/**
 * SHA-256 of the list as JSON, each file a list of replicas. Hashed file by file: the whole text
 * may be many megabytes.
 */
async function nameOfList(list: Replicas[]): Promise<string> {
  const hash = createHash("sha256");
  const pause = timeSlice();
  for (const [index, replicas] of list.entries()) {
    hash.update(`${index === 0 ? "[" : ","}${JSON.stringify([replicas].flat())}`);
    await pause();
  }
  return hash.update("]").digest("hex");
}
