import type { Call, Reply } from "./call.ts";
import { ownerOf } from "./list.ts";
import { S3Error } from "./s3-error.ts";
import { document } from "./xml.ts";

export const region = "us-east-1";

/** A key sees only its own bucket. */
export async function listBuckets({ caller: { bucket } }: Call): Promise<Reply> {
  const buckets = { Bucket: { Name: bucket, CreationDate: new Date(0).toISOString() } };
  return {
    status: 200,
    body: await document("ListAllMyBucketsResult", { Owner: ownerOf(bucket), Buckets: buckets }),
  };
}

export async function bucketLocation(): Promise<Reply> {
  return { status: 200, body: await document("LocationConstraint", "") };
}

export async function bucketVersioning(): Promise<Reply> {
  return { status: 200, body: await document("VersioningConfiguration", "") };
}

export async function headBucket(): Promise<Reply> {
  return { status: 200, headers: { "x-amz-bucket-region": region } };
}

/** The bucket is created with the request. */
export async function createBucket({ caller: { bucket } }: Call): Promise<Reply> {
  throw new S3Error("BucketAlreadyOwnedByYou", undefined, { details: { BucketName: bucket } });
}

/** The bucket is deleted only with the request. */
export async function deleteBucket(): Promise<Reply> {
  throw new S3Error("AccessDenied", "The bucket is removed with its request.");
}
