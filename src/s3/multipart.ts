// Multipart uploads. The parts are hidden objects of the bucket, so any process can continue an
// upload that another one started.
import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { etagOf } from "../storage/conditions.ts";
import type { StoredObject } from "../storage/contract.ts";
import { consuming } from "../storage/detached-body.ts";
import { parameter, wholeNumber } from "./address.ts";
import { uploadsFolder } from "./bucket-view.ts";
import type { Call, Reply } from "./call.ts";
import { ownerOf } from "./list.ts";
import { payloadOf } from "./payload.ts";
import { S3Error } from "./s3-error.ts";
import { assertWritable } from "./writable.ts";
import { document } from "./xml.ts";

export const mostParts = 10_000;

export async function createUpload(call: Call): Promise<Reply> {
  const { store, address, confirm } = call;
  const { bucket, key } = address;
  assertWritable(key);
  const id = randomUUID();
  await store.put(bucket, keyFile(id), Buffer.from(key), { confirm });
  return {
    status: 200,
    body: await document("InitiateMultipartUploadResult", {
      Bucket: bucket,
      Key: key,
      UploadId: id,
    }),
  };
}

export async function uploadPart(call: Call): Promise<Reply> {
  const { request, caller, store, address, uploadLimitBytes, confirm } = call;
  if (request.headers["x-amz-copy-source"] !== undefined)
    throw new S3Error("NotImplemented", "Copying objects is not supported.");
  const id = await uploadOf(call);
  const number = wholeNumber(address.query, "partNumber", 1, mostParts);
  if (number === undefined)
    throw new S3Error(
      "InvalidArgument",
      `Part number must be an integer between 1 and ${mostParts}, inclusive`,
    );
  const { body, size, checksums } = payloadOf(request, caller.signing);
  await consuming(body, () =>
    store.put(address.bucket, partFile(id, number), body, {
      size,
      limit: uploadLimitBytes,
      // A part may be sent again until the upload is complete.
      existing: "replace",
      confirm,
    }),
  );
  const part = await store.head(address.bucket, partFile(id, number));
  if (!part) throw new S3Error("NoSuchUpload");
  return { status: 200, headers: { etag: etagOf(part), ...checksums() } };
}

export async function listParts(call: Call): Promise<Reply> {
  const { store, address } = call;
  const { bucket, key, query } = address;
  const id = await uploadOf(call);
  const limit = Math.min(wholeNumber(query, "max-parts", 0, 2_147_483_647) ?? 1000, 1000);
  const marker = wholeNumber(query, "part-number-marker", 0, mostParts) ?? 0;
  const listed = await store.list(bucket, {
    prefix: folderOf(id),
    after: partFile(id, marker),
    limit: limit + 1,
  });
  const parts = (
    await Promise.all(listed.slice(0, limit).map(({ name }) => store.head(bucket, name)))
  ).filter((part) => part !== undefined);
  const numbered = parts.filter(({ name }) => name !== keyFile(id));
  const truncated = listed.filter(({ name }) => name !== keyFile(id)).length > limit;
  const body = await document("ListPartsResult", {
    Bucket: bucket,
    Key: key,
    UploadId: id,
    Owner: ownerOf(bucket),
    StorageClass: "STANDARD",
    PartNumberMarker: marker,
    NextPartNumberMarker: numbered.length > 0 ? numberOf(numbered.at(-1)?.name ?? "") : 0,
    MaxParts: limit,
    IsTruncated: truncated,
    Part: numbered.map((part) => ({
      PartNumber: numberOf(part.name),
      LastModified: part.modifiedAt.toISOString(),
      ETag: etagOf(part),
      Size: part.size,
    })),
  });
  return { status: 200, body };
}

export async function abortUpload(call: Call): Promise<Reply> {
  const id = await uploadOf(call);
  await deleteUpload(call, id);
  return { status: 204 };
}

/** The upload named in the query, if it is for this key. */
export async function uploadOf({ store, address }: Call): Promise<string> {
  const id = parameter(address.query, "uploadId") ?? "";
  const begun = /^[0-9a-f-]{36}$/.test(id)
    ? await store.get(address.bucket, keyFile(id))
    : undefined;
  if (!begun || (await text(begun.body)) !== address.key) throw new S3Error("NoSuchUpload");
  return id;
}

export async function partNumbered(
  { store, address }: Call,
  id: string,
  number: number,
): Promise<StoredObject | undefined> {
  return store.head(address.bucket, partFile(id, number));
}

/** Removes the key's file last: until then, aborting can be repeated. */
export async function deleteUpload({ store, address }: Call, id: string): Promise<void> {
  const files = await store.list(address.bucket, { prefix: folderOf(id) });
  const parts = files.map(({ name }) => name).filter((name) => name !== keyFile(id));
  await store.remove(address.bucket, parts);
  await store.remove(address.bucket, [keyFile(id)]);
}

function folderOf(id: string): string {
  return `${uploadsFolder}${id}/`;
}

/** Sorts after the parts. */
function keyFile(id: string): string {
  return `${folderOf(id)}key`;
}

function partFile(id: string, number: number): string {
  return folderOf(id) + String(number).padStart(5, "0");
}

function numberOf(name: string): number {
  return Number(name.slice(-5));
}
