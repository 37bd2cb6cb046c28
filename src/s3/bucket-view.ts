// What a key sees of its bucket: a read key the recorded results, a write key the stored objects.

import { differenceOf } from "../storage/as-recorded.ts";
import type { Store } from "../storage/contract.ts";
import { isName } from "../storage/names.ts";
import type { Caller } from "./caller.ts";
import { S3Error } from "./s3-error.ts";

export interface Result {
  name: string;
  /** bytes */
  size: number;
  /** sha256 in hex */
  checksum?: string | undefined;
  /** the store's own mark of the content, where it has one */
  etag?: string | undefined;
  modifiedAt: Date;
}

export interface Page {
  prefix: string;
  /** "" from the beginning */
  after: string;
  limit: number;
}

/** The ledger's results of a request, whose id is the bucket's name. */
export interface Results {
  /** Sorted by name in order of UTF-8 bytes (collation "C"), after `after`, at most `limit`. */
  resultsOf(request: string, page: Page): Promise<Result[]>;
  resultNamed(request: string, name: string): Promise<Result | undefined>;
  /** as a result of any step */
  isRecorded(request: string, name: string): Promise<boolean>;
}

export interface BucketView {
  list(page: Page): Promise<Result[]>;
  find(name: string): Promise<Result | undefined>;
}

/** Unfinished uploads keep their parts in the bucket, so they are deleted with it. Never listed. */
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
      if (!object) return undefined;
      const difference = differenceOf(result, object);
      if (difference !== undefined)
        throw new S3Error("InvalidObjectState", `${JSON.stringify(name)} ${difference}.`);
      return { ...object, checksum: result.checksum ?? object.checksum };
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
