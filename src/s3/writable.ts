import type { Readable } from "node:stream";
import { RequestError } from "../errors.ts";
import { objectExists } from "../storage/existing.ts";
import { checkName } from "../storage/names.ts";
import { uploadsFolder } from "./bucket-view.ts";
import type { Call } from "./call.ts";
import { markContested } from "./contested.ts";
import { S3Error } from "./s3-error.ts";

export function assertWritable(name: string): void {
  if (Buffer.byteLength(name) > 1024) throw new S3Error("KeyTooLongError");
  checkName(name);
  if (name.startsWith(uploadsFolder))
    throw new S3Error(
      "AccessDenied",
      `Names that begin with ${uploadsFolder} are reserved for unfinished uploads.`,
    );
}

/** A recorded result can no longer be removed: a late attempt must not take its place. */
export async function assertRemovable(call: Call, name: string): Promise<void> {
  assertWritable(name);
  if (await call.results.isRecorded(call.caller.bucket, name))
    throw new S3Error(
      "AccessDenied",
      "The object is a recorded result of the request and can no longer be changed.",
    );
}

/**
 * Stores an object that can never be replaced, unless the caller's key has ended meanwhile. A
 * recorded result that the store has lost is not made again from what a worker sends.
 */
export async function storeObject(
  call: Call,
  body: Readable,
  { size }: { size: number },
): Promise<{ size: number; checksum: string }> {
  const { address, store, results, request, uploadLimitBytes, confirm } = call;
  const { bucket, key } = address;
  const isRecorded = await results.isRecorded(bucket, key);
  if (isRecorded && !(await store.head(bucket, key))) throw objectExists(key);
  const isNew = request.headers["if-none-match"] === "*";
  try {
    return await store.put(bucket, key, body, {
      size,
      limit: uploadLimitBytes,
      existing: isNew ? "refuse" : "same",
      confirm,
    });
  } catch (error) {
    if (!(error instanceof RequestError && error.code === "object_exists")) throw error;
    if (isNew) throw new S3Error("PreconditionFailed");
    if (!isRecorded) await markContested(store, bucket, key);
    throw error;
  }
}
