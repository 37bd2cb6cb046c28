// The S3-compatible endpoint: what S3 clients read results with, and what workers of other makers put them with.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Logger } from "../log.ts";
import type { Store } from "../storage/contract.ts";
import { readAddress } from "./address.ts";
import { authorize } from "./authorize.ts";
import { bucketViewOf, type Results } from "./bucket-view.ts";
import { listBuckets } from "./buckets.ts";
import type { Call, Reply } from "./call.ts";
import { errorReply } from "./error-reply.ts";
import { operationOf } from "./operations.ts";
import { S3Error } from "./s3-error.ts";
import { sendReply } from "./send.ts";

export interface S3App {
  store: Store;
  /** every request's keys follow from it */
  rootKey: Buffer;
  results: Results;
  log: Logger;
  /** most bytes of an object */
  uploadLimitBytes: number;
}

/** A server for it: an upload may take as long as it takes. */
export function makeS3Server(app: S3App): Server {
  return createServer(
    { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 30_000 },
    makeS3App(app),
  );
}

export function makeS3App(
  app: S3App,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const id = randomUUID();
    const path = (request.url ?? "").split("?")[0] ?? "";
    response.setHeader("x-amz-request-id", id);
    answer(app, request, response)
      .catch((error: unknown) => {
        const reply = errorReply(error, path, id);
        if (reply.status === 500)
          app.log.error({ err: error, request: id, path }, "an S3 call failed");
        return reply;
      })
      .then((reply) => sendReply(request, response, reply))
      .catch((error: unknown) => {
        app.log.info({ err: error, request: id, path }, "an S3 answer broke off");
        response.destroy();
      });
  };
}

async function answer(
  app: S3App,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Reply> {
  const address = readAddress(request.url ?? "");
  const { store, results, rootKey, uploadLimitBytes } = app;
  const caller = authorize(rootKey, request, address);
  const call: Call = {
    request,
    response,
    address,
    caller,
    store,
    results,
    uploadLimitBytes,
    bucketView: bucketViewOf(caller, store, results),
  };
  const { bucket, key, query } = address;
  if (bucket === "" && key === "" && request.method === "GET") return listBuckets(call);
  if (bucket !== caller.bucket)
    throw new S3Error("AccessDenied", undefined, { details: { BucketName: bucket } });
  if (!(await results.requestExists(bucket)))
    throw new S3Error("NoSuchBucket", undefined, { details: { BucketName: bucket } });
  return operationOf(
    request.method ?? "",
    key === "" ? "bucket" : "object",
    Object.keys(query),
  ).run(call);
}
