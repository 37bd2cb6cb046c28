import { etagOf } from "../storage/conditions.ts";
import { consuming } from "../storage/detached-body.ts";
import type { Call, Reply } from "./call.ts";
import { payloadOf } from "./payload.ts";
import { S3Error } from "./s3-error.ts";
import { assertWritable, storeObject } from "./writable.ts";

export async function putObject(call: Call): Promise<Reply> {
  const { request, address, caller, store, bucketView } = call;
  const { bucket, key } = address;
  if (request.headers["x-amz-copy-source"] !== undefined)
    throw new S3Error("NotImplemented", "Copying objects is not supported.");
  assertWritable(key);
  if (request.headers["if-none-match"] === "*" && (await bucketView.find(key)))
    throw new S3Error("PreconditionFailed");
  const { body, size, checksums } = payloadOf(request, caller.signing);
  const put = await consuming(body, () => storeObject(call, body, { size }));
  const object = await store.head(bucket, key);
  return {
    status: 200,
    headers: { etag: etagOf(object ?? { ...put, modifiedAt: new Date() }), ...checksums() },
  };
}
