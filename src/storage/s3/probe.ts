import { randomUUID } from "node:crypto";
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { isTaken, statusOf, translateErrors } from "./errors.ts";

/**
 * Whether the store refuses to replace an object that is put with `If-None-Match: *`: an object is
 * put twice. Older stores ignore the header, or do not implement it.
 */
export async function refusesTakenNames(
  client: S3Client,
  { Bucket, prefix }: { Bucket: string; prefix: string },
): Promise<boolean> {
  const target = { Bucket, Key: `${prefix}longshore-probe-${randomUUID()}` };
  const put = (Body: string) =>
    client.send(new PutObjectCommand({ ...target, Body, IfNoneMatch: "*" }));
  try {
    await put("first");
    await put("second");
    return false;
  } catch (error) {
    if (isTaken(error)) return true;
    if ([400, 405, 501].includes(statusOf(error) ?? 0)) return false;
    throw error;
  } finally {
    await translateErrors(() => client.send(new DeleteObjectCommand(target)));
  }
}
