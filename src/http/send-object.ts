import { pipeline } from "node:stream/promises";
import { create as contentDisposition } from "content-disposition";
import type { Request, Response } from "express";
import { notFound, RequestError } from "../errors.ts";
import { browserHeaders } from "../storage/browser-headers.ts";
import { readRange } from "../storage/byte-range.ts";
import { etagOf, rangeApplies, readCondition } from "../storage/conditions.ts";
import type { ByteRange, Store, StoredObject } from "../storage/contract.ts";
import { exactLength } from "../storage/exact-length.ts";

interface Sent {
  object: StoredObject;
  /** what a browser calls the file that it keeps */
  name: string;
  type?: string;
}

/** Answers a GET or HEAD with an object of the store, or with the range of it that is asked for. */
export async function sendObject(
  store: Store,
  request: Pick<Request, "headers" | "method">,
  response: Response,
  { object, name: shownName, type = "application/octet-stream" }: Sent,
): Promise<void> {
  const { bucket, name } = object;
  describe(response, object);
  response.setHeader("content-type", type);
  response.setHeader("content-disposition", contentDisposition(shownName));
  const condition = readCondition(request.headers, object);
  if (condition !== 200) {
    response.status(condition).end();
    return;
  }
  const range = wantedRange(request, response, object);
  if (range)
    response
      .status(206)
      .setHeader("content-range", `bytes ${range.start}-${range.end}/${object.size}`);
  const length = range ? range.end - range.start + 1 : object.size;
  response.setHeader("content-length", length);
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  const found = await store.get(bucket, name, range, object.etag);
  if (!found) throw notFound("object", name);
  await sendBody(found.body, length, response);
}

/** Nothing for the whole object. */
function wantedRange(
  { headers }: Pick<Request, "headers">,
  response: Response,
  object: StoredObject,
): Required<ByteRange> | undefined {
  if (!rangeApplies(headers, object)) return undefined;
  const range = readRange(headers.range, object.size);
  if (range !== "unsatisfiable") return range;
  response.setHeader("content-range", `bytes */${object.size}`);
  throw new RequestError(
    416,
    "bad_range",
    `The object has ${object.size} bytes; none are in ${headers.range}.`,
  );
}

function describe(response: Response, object: StoredObject): void {
  for (const [name, value] of Object.entries(browserHeaders)) response.setHeader(name, value);
  response.setHeader("etag", etagOf(object));
  response.setHeader("last-modified", object.modifiedAt.toUTCString());
  response.setHeader("accept-ranges", "bytes");
  response.setHeader("cache-control", "private");
}

/** A failure can only break the connection, which the pipeline has done: it is no reply. */
async function sendBody(
  body: NodeJS.ReadableStream,
  length: number,
  response: Response,
): Promise<void> {
  try {
    await pipeline(body, exactLength(length), response);
  } catch (error) {
    if (!response.destroyed) throw error;
  }
}
