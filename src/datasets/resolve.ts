import { createHash } from "node:crypto";
import { keyedDigest } from "../addresses/sealed.ts";
import { hasSecret, isRedacted, shownAddress } from "../addresses/shown.ts";
import type { Query } from "../db/client.ts";
import type { Deps } from "../deps.ts";
import { RequestError } from "../errors.ts";
import { quickLook } from "../inputs/quick-look.ts";
import type { SealKeys } from "../seal.ts";
import { timeSlice } from "../time-slice.ts";
import type { Barred } from "../users/barred.ts";
import { barredDatasetSentence, findersWithout, isBarredDataset } from "./barred.ts";
import { type FileList, piecesOf } from "./chunks.ts";
import { badDataset, parseDid } from "./did.ts";
import { addListed, closeIn, openApart, openDataset, type Replicas } from "./store.ts";

/** What a request names: a list of its own, or a name that a finder knows. */
export type NamedDataset =
  | { finder: "user"; name: string; list: FileList<Replicas> }
  | {
      finder: string;
      name: string;
      isFleeting: boolean;
      /** others would find more: nobody else uses what is found */
      isApart?: boolean;
    };

/**
 * Throws `RequestError` for a name that no finder can know or that is `barred` to its caller, and
 * for an address without its secret. Reads a list once, before the transaction of the submit: a
 * long one takes seconds.
 */
export async function nameDataset(
  { config, finders: all, verifyingKeys }: Deps<"config" | "finders" | "verifyingKeys">,
  dataset: { files: FileList<Replicas> } | { did: string },
  barred?: Barred,
): Promise<NamedDataset> {
  if ("files" in dataset) {
    const name = await nameOfList(verifyingKeys, dataset.files);
    return { finder: "user", name, list: dataset.files };
  }
  const finders = findersWithout(all, barred);
  const { scheme, name } = parseDid(dataset.did, { config, finders });
  if (isBarredDataset(scheme, name, barred))
    throw new RequestError(403, "forbidden", barredDatasetSentence);
  // Where this process looks names up itself: another may see other folders.
  const isHere = config.roles.includes("scheduler");
  const refusal = isHere && (await quickLook(async () => finders.get(scheme)?.check?.(name)));
  if (refusal) throw badDataset(refusal);
  const isFleeting = finders.get(scheme)?.fleeting ?? false;
  return { finder: scheme, name, isFleeting, isApart: isFleeting && barred !== undefined };
}

/**
 * Returns the dataset of a request, in the transaction of its submit. A list is recorded at once. A
 * name is looked up afterwards, and the result is kept until someone deletes it, except for finders
 * whose results do not last (a folder's listing): each request looks those up again.
 */
export async function resolveDataset(
  { verifyingKeys }: Deps<"verifyingKeys">,
  query: Query,
  dataset: NamedDataset,
  owner: string,
): Promise<number> {
  const { finder, name } = dataset;
  if ("list" in dataset) return recordList(query, verifyingKeys, name, dataset.list);
  if (dataset.isApart) return openApart(query, finder, name, owner);
  const { id } = await openDataset(query, finder, name, { renew: dataset.isFleeting, owner });
  return id;
}

/**
 * The same list is the same dataset, so its rows are written once. One with secrets is recorded for
 * each request: nobody reads with the secrets of others, or with those that have expired.
 */
async function recordList(
  query: Query,
  keys: SealKeys,
  name: string,
  list: FileList<Replicas>,
): Promise<number> {
  const { id, created } = await openDataset(query, "user", name);
  if (created) {
    await addListed(query, keys, id, list);
    await closeIn(query, id, { outcome: "found" });
  }
  return id;
}

/**
 * SHA-256 of the list as JSON, each file a list of replicas. Hashed file by file: the whole text
 * may be many megabytes. A list with secrets has a name that nobody can compare with guesses.
 */
async function nameOfList(keys: SealKeys, list: FileList<Replicas>): Promise<string> {
  const hash = createHash("sha256");
  const pause = timeSlice();
  let isSecret = false;
  let index = 0;
  for await (const piece of piecesOf(list)) {
    for (const replicas of piece) {
      const paths = [replicas].flat();
      refuseRedacted(paths, index);
      isSecret ||= paths.some(hasSecret);
      hash.update(`${index === 0 ? "[" : ","}${JSON.stringify(paths)}`);
      index++;
      await pause();
    }
  }
  const plain = hash.update("]").digest("hex");
  return isSecret ? secretListName(keys, plain) : plain;
}

export function secretListName(keys: SealKeys, digest: string): string {
  return `keyed-${keyedDigest(keys[0], digest)}`;
}

function refuseRedacted(paths: string[], index: number): void {
  const path = paths.find(isRedacted);
  if (path === undefined) return;
  const detail =
    `${shownAddress(path)} has [redacted] in place of a password, token or signature: it was ` +
    "copied from where addresses are shown without them. Give the whole address.";
  throw new RequestError(422, "redacted_address", detail, [
    { pointer: `/dataset/files/${index}`, detail },
  ]);
}
