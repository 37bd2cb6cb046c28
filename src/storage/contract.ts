import type { Readable } from "node:stream";

export interface StoredObject {
  bucket: string;
  name: string;
  /** bytes */
  size: number;
  /** sha256 in hex where the store knows it */
  checksum?: string;
  modifiedAt: Date;
}

/** Both ends are part of it, counted from 0; without `end` to the last byte. */
export interface ByteRange {
  start: number;
  end?: number;
}

/**
 * Buckets are request ids, names are flat text unique in a bucket: up to 1,024 bytes, any Unicode, "/" only between parts that are neither
 * empty nor "." nor "..". The adapter refuses others.
 */
export interface Store {
  readonly kind: "folder" | "s3";
  /** Durable when it resolves: a crash later never shows half an object. Answers size (bytes) and sha256 in hex. */
  put(
    bucket: string,
    name: string,
    body: Readable | Buffer,
    options?: { size?: number; limit?: number },
  ): Promise<{ size: number; checksum: string }>;
  /** Resolves undefined when there is none; a range outside of it is refused (416). Whoever takes the body reads or destroys it. */
  get(
    bucket: string,
    name: string,
    range?: ByteRange,
  ): Promise<{ body: Readable; object: StoredObject } | undefined>;
  head(bucket: string, name: string): Promise<StoredObject | undefined>;
  /** Sorted by name (UTF-8 bytes), those after `after`, at most `limit`; fewer than `limit` means that none follow. */
  list(
    bucket: string,
    options?: { prefix?: string; after?: string; limit?: number },
  ): Promise<StoredObject[]>;
  /** Deleting what is gone is success. */
  remove(bucket: string, names: string[]): Promise<void>;
  removeBucket(bucket: string): Promise<void>;
  /** Buckets that exist, so that the sweep finds those of deleted requests. An S3 account may hold others' as well: remove only what the ledger knows. */
  buckets(): Promise<string[]>;
  /** A URL that anyone may use until it expires: through our own listener for a folder, presigned for S3 (at most seven days). */
  signedUrl(
    verb: "GET" | "PUT",
    bucket: string,
    name: string,
    seconds: number,
    audience: "public" | "internal",
  ): Promise<string>;
  /** Rejects with a sentence when the store cannot be used now. */
  check(): Promise<void>;
  close(): Promise<void>;
}
