import { S3Error } from "./s3-error.ts";

export {
  type Credentials,
  type KnownKey,
  knownKey,
  originsOf,
  requestCredentials,
} from "../requests/keys/credentials.ts";

export function invalidAccessKey(accessKey: string, message?: string): S3Error {
  return new S3Error("InvalidAccessKeyId", message, { details: { AWSAccessKeyId: accessKey } });
}
