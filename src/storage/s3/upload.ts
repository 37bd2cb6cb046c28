import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { meter, type PutOptions, toBodyError } from "../meter.ts";
import { toStoreError } from "./errors.ts";

/** bytes; S3 takes 10,000 parts, none but the last below 5 MiB */
const leastPart = 8 * 1024 * 1024;

/** A single PUT below one part, else a multipart upload. S3 checks the SHA-256 of both. */
export async function upload(
  client: S3Client,
  target: { Bucket: string; Key: string },
  body: Readable | Buffer,
  options: PutOptions,
): Promise<{ size: number; checksum: string }> {
  const { stream, result } = meter(options);
  const source = Buffer.isBuffer(body) ? Readable.from([body]) : body;
  const metered = new PassThrough();
  const uploading = new Upload({
    client,
    params: { ...target, Body: metered, ChecksumAlgorithm: "SHA256" },
    partSize: Math.max(leastPart, Math.ceil((options.size ?? 0) / 9_000)),
    queueSize: 2,
  });
  const failing = pipeline(source, stream, metered).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  try {
    await uploading.done();
  } catch (error) {
    source.destroy();
    const failed = await failing;
    throw toBodyError(toStoreError(failed?.error ?? error));
  }
  return result();
}
