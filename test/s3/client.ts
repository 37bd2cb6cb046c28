import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { Credentials } from "../../src/s3/credentials.ts";

export function s3Client(
  url: string,
  { accessKey, secretKey }: Credentials,
  more: S3ClientConfig = {},
): S3Client {
  return new S3Client({
    endpoint: url,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    maxAttempts: 1,
    ...more,
  });
}
