import { RequestError, UnavailableError } from "../errors.ts";
import type { Reply } from "./call.ts";
import { S3Error, type S3ErrorCode } from "./s3-error.ts";
import { document } from "./xml.ts";

/** The S3 codes of the store's errors. */
const codes: Record<string, S3ErrorCode> = {
  too_large: "EntityTooLarge",
  incomplete_body: "IncompleteBody",
  bad_range: "InvalidRange",
  bad_name: "InvalidArgument",
  not_found: "NoSuchKey",
  changed: "InvalidObjectState",
  object_exists: "ObjectAlreadyExists",
};

export async function errorReply(
  error: unknown,
  resource: string,
  requestId: string,
): Promise<Reply> {
  const s3Error = toS3Error(error);
  const content = {
    Code: s3Error.code,
    Message: s3Error.message,
    ...s3Error.details,
    Resource: resource,
    RequestId: requestId,
    HostId: "longshore",
  };
  const body = await document("Error", content);
  return { status: s3Error.status, headers: s3Error.headers, body };
}

function toS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (error instanceof UnavailableError) {
    return new S3Error("ServiceUnavailable", error.message, {
      headers: { "retry-after": String(error.retryAfterSeconds) },
    });
  }
  const code = error instanceof RequestError ? codes[error.code] : undefined;
  return code && error instanceof RequestError
    ? new S3Error(code, error.message)
    : new S3Error("InternalError");
}
