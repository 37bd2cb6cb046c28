import { Refused, Unavailable } from "../errors.ts";
import type { Reply } from "./call.ts";
import { type FaultCode, S3Fault } from "./fault.ts";
import { document } from "./xml.ts";

/** What S3 calls the faults of the store. */
const codes: Record<string, FaultCode> = {
  too_large: "EntityTooLarge",
  incomplete_body: "IncompleteBody",
  bad_range: "InvalidRange",
  bad_name: "InvalidArgument",
  not_found: "NoSuchKey",
};

export function faultReply(error: unknown, resource: string, requestId: string): Reply {
  const fault = asS3Fault(error);
  const content = {
    Code: fault.code,
    Message: fault.message,
    ...fault.details,
    Resource: resource,
    RequestId: requestId,
    HostId: "longshore",
  };
  return { status: fault.status, headers: fault.headers, body: document("Error", content) };
}

function asS3Fault(error: unknown): S3Fault {
  if (error instanceof S3Fault) return error;
  if (error instanceof Unavailable) {
    return new S3Fault("ServiceUnavailable", error.message, { headers: { "retry-after": String(error.retryAfterSeconds) } });
  }
  const code = error instanceof Refused ? codes[error.code] : undefined;
  return code && error instanceof Refused ? new S3Fault(code, error.message) : new S3Fault("InternalError");
}
