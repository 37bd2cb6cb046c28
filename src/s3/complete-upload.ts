import { Readable } from "node:stream";
import { differenceOf } from "../storage/as-recorded.ts";
import { etagOf } from "../storage/conditions.ts";
import type { StoredObject } from "../storage/contract.ts";
import type { Call, Reply } from "./call.ts";
import { announcedChecksums } from "./checksums.ts";
import { deleteUpload, mostParts, partNumbered, uploadOf } from "./multipart.ts";
import { textOf } from "./payload.ts";
import { type Child, readDocument } from "./read-xml.ts";
import { S3Error } from "./s3-error.ts";
import { assertWritable, storeObject } from "./writable.ts";
import { document } from "./xml.ts";

const listOfParts = { root: "CompleteMultipartUpload", list: "Part", most: mostParts };
const longestDocument = 8 * 1024 * 1024;
/** bytes; smallest size of every part but the last */
const leastPart = 5 * 1024 * 1024;

export async function completeUpload(call: Call): Promise<Reply> {
  const { request, caller, store, address } = call;
  const { bucket, key } = address;
  const id = await uploadOf(call);
  assertWritable(key);
  const { "content-md5": md5 } = request.headers;
  const asked = await textOf(
    request,
    caller.signing,
    longestDocument,
    announcedChecksums(md5 === undefined ? {} : { "content-md5": md5 }),
  );
  const { items } = await readDocument(asked, listOfParts);
  const parts = await partsOf(call, id, items);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const body = Readable.from(contentOf(call, parts), { objectMode: false });
  const put = await storeObject(call, body, { size });
  const object = await store.head(bucket, key);
  await deleteUpload(call, id);
  const etag = etagOf(object ?? { ...put, modifiedAt: new Date() });
  const location = `http://${request.headers.host}${address.rawPath}`;
  return {
    status: 200,
    body: await document("CompleteMultipartUploadResult", {
      Location: location,
      Bucket: bucket,
      Key: key,
      ETag: etag,
    }),
  };
}

async function partsOf(call: Call, id: string, asked: Child[]): Promise<StoredObject[]> {
  const named = asked.map(({ PartNumber, ETag }) => ({
    number: Number(PartNumber),
    etag: String(ETag).replaceAll('"', ""),
  }));
  if (
    named.length === 0 ||
    !named.every(({ number }) => Number.isInteger(number) && number >= 1 && number <= mostParts)
  ) {
    throw new S3Error("MalformedXML");
  }
  const parts: StoredObject[] = [];
  let previous = 0;
  for (const { number, etag } of named) {
    if (number <= previous) throw new S3Error("InvalidPartOrder");
    previous = number;
    const part = await partNumbered(call, id, number);
    if (!part || etagOf(part) !== `"${etag}"`)
      throw new S3Error("InvalidPart", undefined, { details: { PartNumber: String(number) } });
    parts.push(part);
  }
  if (parts.slice(0, -1).some(({ size }) => size < leastPart)) throw new S3Error("EntityTooSmall");
  return parts;
}

/** The parts in order. A checksum of the whole object is verified before the object is stored. */
async function* contentOf(
  { request, store, address }: Call,
  parts: StoredObject[],
): AsyncGenerator<Buffer> {
  const whole = Object.entries(request.headers).filter(
    ([name, value]) => name.startsWith("x-amz-checksum-") && !String(value).includes("-"),
  );
  const checking = announcedChecksums(Object.fromEntries(whole));
  for (const asked of parts) {
    const part = await store.get(address.bucket, asked.name, undefined, asked.etag);
    if (!part) throw new S3Error("InvalidPart");
    if (differenceOf(asked, part.object)) {
      part.body.destroy();
      throw new S3Error("InvalidPart");
    }
    for await (const chunk of part.body) {
      checking.update(chunk as Buffer);
      yield chunk as Buffer;
    }
  }
  await checking.verify();
}
