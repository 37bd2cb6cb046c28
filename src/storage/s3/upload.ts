import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { meter, type PutOptions, toBodyError } from "../meter.ts";
import { isTaken, toStoreError } from "./errors.ts";
import { plainEtag } from "./words.ts";

/** bytes; S3 takes 10,000 parts, none but the last below 5 MiB */
const leastPart = 8 * 1024 * 1024;

interface Uploaded {
  size: number;
  checksum: string;
  etag?: string;
  /** an object with this name was there, and was left alone; the body was read all the same */
  isTaken: boolean;
}

/**
 * A single PUT below one part, else a multipart upload. S3 checks the SHA-256 of both. With
 * `onlyNew`, the store itself refuses a name that is taken.
 */
export async function upload(
  client: S3Client,
  target: { Bucket: string; Key: string },
  body: Readable | Buffer,
  { onlyNew, ...options }: PutOptions & { onlyNew: boolean },
): Promise<Uploaded> {
  const { stream, result } = meter(options);
  const source = Buffer.isBuffer(body) ? Readable.from([body]) : body;
  const metered = new PassThrough({
    // The last bytes wait for the confirmation, and without them no object appears.
    flush: (done) => void (options.confirm?.() ?? Promise.resolve()).then(() => done(), done),
  });
  const uploading = new Upload({
    client,
    params: {
      ...target,
      Body: metered,
      ChecksumAlgorithm: "SHA256",
      ...(onlyNew && { IfNoneMatch: "*" }),
    },
    partSize: Math.max(leastPart, Math.ceil((options.size ?? 0) / 9_000)),
    queueSize: 2,
  });
  const failing = pipeline(source, stream, metered).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  try {
    const { ETag } = await uploading.done();
    return { ...result(), isTaken: false, ...(ETag && { etag: plainEtag(ETag) }) };
  } catch (error) {
    // S3 refuses at the end, when all of the body has been read.
    if (onlyNew && isTaken(error) && !(await failing)) return { ...result(), isTaken: true };
    source.destroy();
    const failed = await failing;
    throw toBodyError(toStoreError(failed?.error ?? error));
  }
}
