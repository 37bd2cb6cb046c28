import type { Query } from "../../db/client.ts";
import type { Store } from "../../storage/contract.ts";
import { isUuid } from "../../uuid.ts";
import { unknownIds } from "./audit-store.ts";

const page = 1_000;

/**
 * Ids of which the store has a bucket, and the database neither a request nor a receipt: after a
 * restore, requests that were made since the backup. In an S3 account, also buckets of others that
 * are called by such an id.
 */
export async function unknownRequests(
  query: Query,
  store: Pick<Store, "buckets">,
): Promise<string[]> {
  const buckets = (await store.buckets()).filter(isUuid).toSorted();
  const unknown: string[] = [];
  for (let at = 0; at < buckets.length; at += page)
    unknown.push(...(await unknownIds(query, buckets.slice(at, at + page))));
  return unknown;
}
