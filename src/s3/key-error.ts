import type { KeyProblem } from "../requests/keys/keys.ts";
import type { Caller } from "./caller.ts";
import { S3Error, type S3ErrorCode } from "./s3-error.ts";

const errors: Record<KeyProblem, [S3ErrorCode, string?]> = {
  deleted: ["NoSuchBucket"],
  ended: ["AccessDenied", "The request has ended, and its write keys are no longer valid."],
  expired: ["AccessDenied", "The results of this request have expired."],
  suspended: ["AccessDenied", "The owner of this request is suspended."],
  revoked: ["InvalidAccessKeyId", "This access key has been revoked."],
};

export function keyError(problem: KeyProblem, { accessKey, bucket }: Caller): S3Error {
  const [code, message] = errors[problem];
  const details = { AWSAccessKeyId: accessKey, BucketName: bucket };
  return new S3Error(code, message, { details });
}
