import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import pRetry, { AbortError } from "p-retry";
import { request } from "undici";
import { diskProblem } from "../disk-problem.ts";
import type { TaskResult, Upload } from "../operations/contract.ts";
import { detailOf } from "./problem.ts";
import {
  isOfTheStore,
  isReachable,
  StoreError,
  UploadError,
  withoutAnswer,
} from "./upload-error.ts";

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
  const putSeveralTimes = () =>
    pRetry(() => put(upload, path, size, signal), {
      retries: 3,
      minTimeout: 200,
      maxTimeout: 2000,
      signal,
    });
  const checksum = await putSeveralTimes()
    .catch(async (error: Error) => {
      if (isUnderstood(error) || signal.aborted || !(await isReachable(upload.url))) throw error;
      // An outage may just have ended.
      return putSeveralTimes();
    })
    .catch(async (error: Error) => {
      if (isUnderstood(error)) throw error;
      throw signal.aborted
        ? new UploadError(error.message)
        : await withoutAnswer(upload.url, error);
    });
  return { name: upload.name, size, checksum };
}

function isUnderstood(error: Error): boolean {
  return error instanceof UploadError || diskProblem(error) !== undefined;
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
  throw failureOf(response.statusCode, text, headers !== undefined);
}

function failureOf(status: number, text: string, sentHeaders: boolean): Error {
  const sentence = `The store answered the result with ${status}: ${detailOf(text)}`;
  const failure = isOfTheStore(status, text) ? new StoreError(sentence) : new UploadError(sentence);
  // Room is not made within seconds.
  const mayPass =
    (status >= 500 && status !== 507) || status === 429 || (sentHeaders && status === 409);
  return mayPass ? failure : new AbortError(failure);
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
