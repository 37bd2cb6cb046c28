import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import pRetry, { AbortError } from "p-retry";
import { request } from "undici";
import type { TaskResult, Upload } from "../operations/contract.ts";
import { detailOf } from "./problem.ts";

/** The work was done and its result was not stored: worth another try. */
export class UploadError extends Error {}

/**
 * Puts a file; returns its size and checksum as sent. Tries several times: the work is already
 * done.
 */
export async function uploadFile(
  upload: Upload,
  path: string,
  signal: AbortSignal,
): Promise<TaskResult> {
  const { size } = await stat(path);
  const checksum = await pRetry(() => put(upload, path, size, signal), {
    retries: 3,
    minTimeout: 200,
    maxTimeout: 2000,
    signal,
  }).catch((error: Error) => {
    throw error instanceof UploadError
      ? error
      : new UploadError(`The result could not be sent to the store: ${error.message}`);
  });
  return { name: upload.name, size, checksum };
}

async function put(
  { url, headers }: Upload,
  path: string,
  size: number,
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const file = createReadStream(path);
  file.on("error", (error) => hashing.destroy(error));
  const body = size === 0 ? Buffer.alloc(0) : file.pipe(hashing);
  const response = await request(url, {
    method: "PUT",
    body,
    signal,
    headers: {
      ...headers,
      "content-length": String(size),
      "content-type": "application/octet-stream",
    },
  });
  const text = await response.body.text();
  if (response.statusCode >= 200 && response.statusCode < 300) return hash.digest("hex");
  // Stored already, by a PUT whose answer was lost: the service compares it with what is reported.
  if (headers !== undefined && response.statusCode === 412) return checksumOf(path);
  const failure = new UploadError(
    `The store answered the result with ${response.statusCode}: ${detailOf(text)}`,
  );
  const mayPass =
    response.statusCode >= 500 ||
    response.statusCode === 429 ||
    (headers !== undefined && response.statusCode === 409);
  throw mayPass ? failure : new AbortError(failure);
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
