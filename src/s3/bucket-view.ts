// What a key sees of its bucket: the read key the ledger's results, the write key what lies in the store.

import type { Store } from "../storage/contract.ts";
import { isName } from "../storage/names.ts";
import type { Caller } from "./caller.ts";

export interface Result {
  name: string;
  /** bytes */
  size: number;
  /** sha256 in hex */
  checksum?: string | undefined;
  modifiedAt: Date;
}

export interface Page {
  prefix: string;
  /** "" from the beginning */
  after: string;
  limit: number;
}

/** What the ledger says of a request, whose id is the bucket's name. */
export interface Results {
  requestExists(request: string): Promise<boolean>;
  /** Sorted by name in order of UTF-8 bytes (collation "C"), those after `after`, at most `limit`. */
  resultsOf(request: string, page: Page): Promise<Result[]>;
  resultNamed(request: string, name: string): Promise<Result | undefined>;
  /** as a result of any step */
  isRecorded(request: string, name: string): Promise<boolean>;
}

export interface BucketView {
  list(page: Page): Promise<Result[]>;
  find(name: string): Promise<Result | undefined>;
}

/** Parts of uploads under way lie in the bucket itself, so that they go with it. Nobody sees them. */
export const uploadsFolder = ".uploads/";
/** sorts after every name with the same beginning */
export const lastCharacter = "\u{10ffff}";

export function bucketViewOf(caller: Caller, store: Store, results: Results): BucketView {
  return caller.kind === "read"
    ? readView(caller.bucket, store, results)
    : writeView(caller.bucket, store);
}

function readView(bucket: string, store: Store, results: Results): BucketView {
  return {
    list: (page) => results.resultsOf(bucket, page),
    async find(name) {
      const result = isName(name) ? await results.resultNamed(bucket, name) : undefined;
      const object = result && (await store.head(bucket, name));
      return object && { ...object, checksum: result.checksum ?? object.checksum };
    },
  };
}

function writeView(bucket: string, store: Store): BucketView {
  return {
    async list({ prefix, after, limit }) {
      const found: Result[] = [];
      for (let from = after; ; ) {
        const wanted = limit - found.length;
        const page = await store.list(bucket, { prefix, after: from, limit: wanted });
        found.push(...page.filter(({ name }) => !name.startsWith(uploadsFolder)));
        const last = page.at(-1)?.name;
        if (page.length < wanted || found.length >= limit || last === undefined) return found;
        from = last.startsWith(uploadsFolder) ? uploadsFolder + lastCharacter : last;
      }
    },
    find: async (name) =>
      isName(name) && !name.startsWith(uploadsFolder) ? store.head(bucket, name) : undefined,
  };
}
