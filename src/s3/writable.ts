import { checkName } from "../storage/names.ts";
import { uploadsFolder } from "./bucket-view.ts";
import type { Call } from "./call.ts";
import { S3Error } from "./s3-error.ts";

/**
 * A recorded result can no longer change: a late or repeated attempt must not replace its bytes.
 */
export async function assertWritable({ caller, results }: Call, name: string): Promise<void> {
  if (caller.kind !== "write") throw new S3Error("AccessDenied", "This key is read-only.");
  if (Buffer.byteLength(name) > 1024) throw new S3Error("KeyTooLongError");
  checkName(name);
  if (name.startsWith(uploadsFolder))
    throw new S3Error(
      "AccessDenied",
      `Names that begin with ${uploadsFolder} are reserved for unfinished uploads.`,
    );
  if (await results.isRecorded(caller.bucket, name))
    throw new S3Error(
      "AccessDenied",
      "The object is a recorded result of the request and can no longer be changed.",
    );
}
