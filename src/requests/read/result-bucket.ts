import type { Deps } from "../../deps.ts";
import {
  namedResults,
  type RecordedResult,
  type ResultRow,
  recordedResult,
  resultOfName,
  resultRowsByName,
} from "./results-store.ts";

export type { RecordedResult } from "./results-store.ts";

interface BucketResult {
  name: string;
  size: number;
  checksum?: string | undefined;
  etag?: string | undefined;
  modifiedAt: Date;
}

/**
 * With its read key, a client lists and gets the results in the ledger, not whatever the store
 * contains.
 */
export function resultBuckets({ db }: Deps<"db">) {
  return {
    async resultsOf(
      request: string,
      { prefix, after, limit }: { prefix: string; after: string; limit: number },
    ): Promise<BucketResult[]> {
      return (await resultRowsByName(db.query, request, prefix, after, limit)).map(toBucketResult);
    },
    async resultNamed(request: string, name: string): Promise<BucketResult | undefined> {
      const row = await resultOfName(db.query, request, name);
      return row && toBucketResult(row);
    },
    /** as a result of any step */
    recorded: (request: string, name: string): Promise<RecordedResult | undefined> =>
      recordedResult(db.query, request, name),
    isRecorded: async (request: string, name: string): Promise<boolean> =>
      (await namedResults(db.query, request, [name])).has(name),
  };
}

function toBucketResult({ name, size, checksum, etag, created_at }: ResultRow): BucketResult {
  return {
    name,
    size,
    checksum: checksum ?? undefined,
    etag: etag ?? undefined,
    modifiedAt: created_at,
  };
}
