import type { Action } from "../users/policy.ts";
import {
  bucketLocation,
  bucketVersioning,
  createBucket,
  deleteBucket,
  headBucket,
} from "./buckets.ts";
import type { Call, Reply } from "./call.ts";
import { completeUpload } from "./complete-upload.ts";
import { deleteObject, deleteObjects } from "./delete-objects.ts";
import { getObject } from "./get-object.ts";
import { listObjects } from "./list.ts";
import { abortUpload, createUpload, listParts, uploadPart } from "./multipart.ts";
import { putObject } from "./put-object.ts";
import { S3Error } from "./s3-error.ts";

interface Operation {
  method: string;
  of: "bucket" | "object";
  /** the query parameter that selects it; none: the default for its method */
  parameter?: string;
  access: Extract<Action, `object.${string}`>;
  run(call: Call): Promise<Reply>;
}

const reads = "object.read";
const writes = "object.write";

export const operations: readonly Operation[] = [
  { method: "GET", of: "bucket", parameter: "location", access: reads, run: bucketLocation },
  { method: "GET", of: "bucket", parameter: "versioning", access: reads, run: bucketVersioning },
  { method: "GET", of: "bucket", access: reads, run: listObjects },
  { method: "HEAD", of: "bucket", access: reads, run: headBucket },
  // These two change nothing.
  { method: "PUT", of: "bucket", access: reads, run: createBucket },
  { method: "DELETE", of: "bucket", access: reads, run: deleteBucket },
  { method: "POST", of: "bucket", parameter: "delete", access: writes, run: deleteObjects },
  { method: "GET", of: "object", parameter: "uploadId", access: writes, run: listParts },
  { method: "GET", of: "object", access: reads, run: getObject },
  { method: "HEAD", of: "object", access: reads, run: getObject },
  { method: "PUT", of: "object", parameter: "uploadId", access: writes, run: uploadPart },
  { method: "PUT", of: "object", access: writes, run: putObject },
  { method: "POST", of: "object", parameter: "uploads", access: writes, run: createUpload },
  { method: "POST", of: "object", parameter: "uploadId", access: writes, run: completeUpload },
  { method: "DELETE", of: "object", parameter: "uploadId", access: writes, run: abortUpload },
  { method: "DELETE", of: "object", access: writes, run: deleteObject },
];

/** Parameters of other operations. Ignoring them would return something else than was asked for. */
const others =
  "accelerate acl analytics attributes cors encryption intelligent-tiering inventory " +
  "legal-hold lifecycle logging metrics notification object-lock ownershipControls " +
  "policy policyStatus publicAccessBlock renameObject replication requestPayment " +
  "restore retention select tagging torrent uploads versions website";
const notOffered = new Set(others.split(" "));

export function operationOf(
  method: string,
  of: "bucket" | "object",
  parameters: string[],
): Operation {
  const possible = operations.filter((one) => one.method === method && one.of === of);
  const named = possible.find(
    (one) => one.parameter !== undefined && parameters.includes(one.parameter),
  );
  if (named) return named;
  if (parameters.some((name) => notOffered.has(name))) throw new S3Error("NotImplemented");
  const plain = possible.find((one) => one.parameter === undefined);
  if (!plain) throw new S3Error("MethodNotAllowed");
  return plain;
}
