import { checkName } from "../storage/names.ts";
import { uploadsFolder } from "./bucket-view.ts";
import type { Call } from "./call.ts";
import { S3Error } from "./s3-error.ts";

/** What the ledger has recorded as a result is nobody's to change: a late or repeated attempt must not slip other bytes under it. */
export async function refuseUnwritable({ caller, results }: Call, name: string): Promise<void> {
  if (caller.kind !== "write") throw new S3Error("AccessDenied", "This key reads only.");
  if (Buffer.byteLength(name) > 1024) throw new S3Error("KeyTooLongError");
  checkName(name);
  if (name.startsWith(uploadsFolder))
    throw new S3Error(
      "AccessDenied",
      `Names that begin with ${uploadsFolder} are kept for uploads under way.`,
    );
  if (await results.isRecorded(caller.bucket, name))
    throw new S3Error(
      "AccessDenied",
      "The object is a recorded result of the request and can no longer be changed.",
    );
}
