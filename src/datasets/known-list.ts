// A list of files that is known already, without a lookup: of requests that are imported. No later
// request uses it. All of it in one transaction of the caller.
import type { Query } from "../db/client.ts";
import type { SealKeys } from "../seal.ts";
import type { FoundFile } from "./contract.ts";
import { addNumbered, closeIn, openApart } from "./store.ts";

/** An entry of the index (finder, name) must be shorter than 2,704 bytes. */
const longestName = 600;

/** Returns the id of the dataset. */
export function openKnownList(
  query: Query,
  { finder, name }: { finder: string; name: string },
  owner: string,
): Promise<number> {
  return openApart(query, finder, name.slice(0, longestName), owner);
}

/** Files in their order, the first of which has this position: the same one twice is two files. */
export async function addKnownFiles(
  query: Query,
  keys: SealKeys,
  dataset: number,
  { files, start }: { files: readonly FoundFile[]; start: number },
): Promise<void> {
  await addNumbered(query, keys, dataset, files, start);
}

export async function closeKnownList(query: Query, dataset: number): Promise<void> {
  await closeIn(query, dataset, { outcome: "found" });
}
