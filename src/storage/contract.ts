import type { Readable } from "node:stream";
import type { PutOptions } from "./meter.ts";

export interface StoredObject {
  bucket: string;
  name: string;
  /** bytes */
  size: number;
  /** sha256 in hex where the store knows it */
  checksum?: string;
  /** the store's own mark of this content, where it has one: S3's ETag without its quotes */
  etag?: string;
  modifiedAt: Date;
}

/** Inclusive, from 0; without `end`, up to the last byte. */
export interface ByteRange {
  start: number;
  end?: number;
}

/**
 * Buckets are request ids. Names are unique in a bucket: up to 1,024 bytes of Unicode text, "/"
 * only between parts that are not empty, "." or "..". The adapter refuses other names.
 */
export interface Store {
  readonly kind: "folder" | "s3";
  /**
   * Durable and whole once it resolves. Returns the size in bytes and the sha256 in hex. A stored
   * object does not change: the same content again is fine, other content is refused (409).
   */
  put(
    bucket: string,
    name: string,
    body: Readable | Buffer,
    options?: PutOptions,
  ): Promise<{ size: number; checksum: string; etag?: string }>;
  /**
   * Undefined if there is none; a range outside the object is refused (416), and so is an object
   * that no longer has this etag (409). The caller reads or destroys the body.
   */
  get(
    bucket: string,
    name: string,
    range?: ByteRange,
    etag?: string,
  ): Promise<{ body: Readable; object: StoredObject } | undefined>;
  head(bucket: string, name: string): Promise<StoredObject | undefined>;
  /** Sorted by name (UTF-8 bytes), after `after`, at most `limit`; fewer means that none follow. */
  list(
    bucket: string,
    options?: { prefix?: string; after?: string; limit?: number },
  ): Promise<StoredObject[]>;
  /** Succeeds also for names that do not exist. */
  remove(bucket: string, names: string[]): Promise<void>;
  /** Where objects can be put by others before this service has put one; succeeds if it exists. */
  makeBucket(bucket: string): Promise<void>;
  removeBucket(bucket: string): Promise<void>;
  /** All buckets; in an S3 account also those of others, so remove only what the ledger knows. */
  buckets(): Promise<string[]>;
  /** Whoever has the URL may use it until it expires (for S3 at most seven days). */
  signedUrl(
    verb: "GET" | "PUT",
    bucket: string,
    name: string,
    seconds: number,
    audience: "public" | "internal",
  ): Promise<string>;
  /**
   * A PUT for a worker that sends these headers: with them, a store that can refuses to replace an
   * object (412).
   */
  signedUpload(
    bucket: string,
    name: string,
    seconds: number,
  ): Promise<{ url: string; headers?: Record<string, string> }>;
  /** Rejects with a sentence if the store cannot be used now. */
  check(): Promise<void>;
  close(): Promise<void>;
}
