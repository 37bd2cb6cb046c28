import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Transform } from "node:stream";
import pRetry, { AbortError } from "p-retry";
import { request } from "undici";
import type { Task, TaskResult } from "../operations/contract.ts";
import { detailOf } from "./problem.ts";

/** The work was done, and its result has no place: worth another try. */
export class UploadError extends Error {}

/** Puts a file under the task's name; answers size and checksum as they were sent. Tries a few times, as the work was done already. */
export async function uploadFile(
  task: Task,
  path: string,
  signal: AbortSignal,
): Promise<TaskResult> {
  const { upload } = task;
  if (!upload) throw new Error(`The task ${task.task} has no place for a result.`);
  const { size } = await stat(path);
  const checksum = await pRetry(() => put(upload.url, path, size, signal), {
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

async function put(url: string, path: string, size: number, signal: AbortSignal): Promise<string> {
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
  const answer = await request(url, {
    method: "PUT",
    body,
    signal,
    headers: { "content-length": String(size), "content-type": "application/octet-stream" },
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 200 && answer.statusCode < 300) return hash.digest("hex");
  const refused = new UploadError(
    `The store answered the result with ${answer.statusCode}: ${detailOf(text)}`,
  );
  throw answer.statusCode < 500 && answer.statusCode !== 429 ? new AbortError(refused) : refused;
}
