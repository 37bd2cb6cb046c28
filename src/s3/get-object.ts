import { dispositionOf } from "../storage/browser-headers.ts";
import { readRange } from "../storage/byte-range.ts";
import { etagOf, rangeApplies, readCondition } from "../storage/conditions.ts";
import { parameter, type Query } from "./address.ts";
import type { Result } from "./bucket-view.ts";
import type { Call, Reply } from "./call.ts";
import { S3Error } from "./s3-error.ts";

export async function getObject({ request, address, bucketView, store }: Call): Promise<Reply> {
  const { bucket, key, query } = address;
  const object = await bucketView.find(key);
  if (!object) throw new S3Error("NoSuchKey", undefined, { details: { Key: key } });
  const condition = readCondition(request.headers, object);
  if (condition === 412) throw new S3Error("PreconditionFailed");
  const headers = withDisposition(key, { ...describe(object), ...overrides(query) });
  if (condition === 304) return { status: 304, headers };
  const range = rangeApplies(request.headers, object)
    ? readRange(request.headers.range, object.size)
    : undefined;
  if (range === "unsatisfiable") throw outside(object.size, request.headers.range ?? "");
  const sent: Record<string, string | number> = range
    ? {
        "content-range": `bytes ${range.start}-${range.end}/${object.size}`,
        "content-length": range.end - range.start + 1,
      }
    : {
        "content-length": object.size,
        ...checksum(object, request.headers["x-amz-checksum-mode"]),
      };
  const status = range ? 206 : 200;
  if (request.method === "HEAD") return { status, headers: { ...headers, ...sent } };
  const found = await store.get(bucket, key, range, object.etag);
  if (!found) throw new S3Error("NoSuchKey", undefined, { details: { Key: key } });
  return { status, headers: { ...headers, ...sent }, body: found.body };
}

function withDisposition(key: string, headers: Record<string, string>): Record<string, string> {
  const { "content-disposition": asked, ...others } = headers;
  const disposition = dispositionOf(key, { type: headers["content-type"], disposition: asked });
  return disposition === undefined ? others : { ...others, "content-disposition": disposition };
}

function describe(object: Result): Record<string, string> {
  return {
    etag: etagOf(object),
    "last-modified": object.modifiedAt.toUTCString(),
    "accept-ranges": "bytes",
    "content-type": "application/octet-stream",
  };
}

/** Only on request: clients verify a checksum that they get. */
function checksum(object: Result, mode: string | string[] | undefined): Record<string, string> {
  if (object.checksum === undefined || String(mode).toUpperCase() !== "ENABLED") return {};
  return {
    "x-amz-checksum-sha256": Buffer.from(object.checksum, "hex").toString("base64"),
    "x-amz-checksum-type": "FULL_OBJECT",
  };
}

const overridable = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
];

function overrides(query: Query): Record<string, string> {
  return Object.fromEntries(
    overridable.flatMap((name) => {
      const value = parameter(query, `response-${name}`);
      if (value === undefined) return [];
      if (!isHeaderText(value))
        throw new S3Error("InvalidArgument", `response-${name} is not a valid header value`);
      return [[name, value]];
    }),
  );
}

function outside(size: number, asked: string): S3Error {
  return new S3Error("InvalidRange", undefined, {
    details: { RangeRequested: asked, ActualObjectSize: String(size) },
    headers: { "content-range": `bytes */${size}` },
  });
}

function isHeaderText(value: string): boolean {
  return /^[\t -~\u0080-\u00ff]*$/.test(value);
}
