// The S3-compatible endpoint, where S3 clients read results and external workers write them.
import { randomUUID } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { Logger } from "../log.ts";
import type { KeyProblem, UsedKey } from "../requests/keys/keys.ts";
import { browserHeaders } from "../storage/browser-headers.ts";
import type { Store } from "../storage/contract.ts";
import { decide } from "../users/policy.ts";
import { readAddress } from "./address.ts";
import { authorizeByAny } from "./authorize.ts";
import { bucketViewOf, type Results } from "./bucket-view.ts";
import { listBuckets } from "./buckets.ts";
import type { Call, Reply } from "./call.ts";
import { type Caller, holderOf } from "./caller.ts";
import { errorReply } from "./error-reply.ts";
import { keyError } from "./key-error.ts";
import { operationOf } from "./operations.ts";
import { S3Error } from "./s3-error.ts";
import { sendReply } from "./send.ts";

export interface S3App {
  store: Store;
  /** the keys of every request are derived from one of them */
  rootKeys: readonly Buffer[];
  results: Results;
  /** asked at each call */
  keyProblem(key: UsedKey): Promise<KeyProblem | undefined>;
  /**
   * The request whose later step has this run: its sidecars know no other name of their bucket.
   * Undefined where there is none.
   */
  requestOfRun?(run: string): Promise<string | undefined>;
  log: Logger;
  /** most bytes of an object */
  uploadLimitBytes: number;
}

/** No time limit for a request: an upload may take hours. `make`: with TLS, where there is. */
export function makeS3Server(
  app: RequestListener,
  make: (options: ServerOptions, app: RequestListener) => Server = createServer,
): Server {
  return make({ requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 30_000 }, app);
}

export function makeS3App(app: S3App): RequestListener {
  return (request, response) => {
    const id = randomUUID();
    const path = (request.url ?? "").split("?")[0] ?? "";
    response.setHeader("x-amz-request-id", id);
    for (const [name, value] of Object.entries(browserHeaders)) response.setHeader(name, value);
    answer(app, request, response)
      .catch(async (error: unknown) => {
        const reply = await errorReply(error, path, id);
        if (reply.status === 500)
          app.log.error({ err: error, request: id, path }, "an S3 call failed");
        return reply;
      })
      .then((reply) => sendReply(request, response, reply))
      .catch((error: unknown) => {
        app.log.info(
          { err: error, request: id, path },
          "the connection closed before an S3 reply was complete",
        );
        response.destroy();
      });
  };
}

async function answer(
  app: S3App,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Reply> {
  const named = readAddress(request.url ?? "");
  const { store, results, rootKeys, uploadLimitBytes } = app;
  const authorized = authorizeByAny(rootKeys, request, named);
  const listsBuckets = named.bucket === "" && named.key === "" && request.method === "GET";
  const whose = listsBuckets || named.bucket === authorized.bucket ? "own" : "foreign";
  if (decide(holderOf(authorized), "object.read", whose) !== "allowed")
    throw new S3Error("AccessDenied", undefined, { details: { BucketName: named.bucket } });
  const caller = await atHome(app, authorized);
  const address = listsBuckets ? named : { ...named, bucket: caller.bucket };
  const confirm = async () => {
    const problem = await app.keyProblem({ ...caller, request: caller.bucket });
    if (problem) throw keyError(problem, caller);
  };
  const call: Call = {
    request,
    response,
    address,
    caller,
    store,
    results,
    uploadLimitBytes,
    bucketView: bucketViewOf(caller, store, results),
    confirm,
  };
  const { key, query } = address;
  if (listsBuckets) return listBuckets(call);
  const operation = operationOf(
    request.method ?? "",
    key === "" ? "bucket" : "object",
    Object.keys(query),
  );
  if (decide(holderOf(caller), operation.access) !== "allowed")
    throw new S3Error("AccessDenied", "This key is read-only.");
  return operation.run(call);
}

/**
 * Throws if the key is no longer valid. With one that was made for a run, the bucket is that of the
 * run's request.
 */
async function atHome(app: S3App, caller: Caller): Promise<Caller> {
  const problem = await app.keyProblem({ ...caller, request: caller.bucket });
  if (!problem) return caller;
  const isOfRun = problem === "deleted" && caller.kind === "write";
  const home = isOfRun ? await app.requestOfRun?.(caller.bucket) : undefined;
  const problemAtHome = home && (await app.keyProblem({ ...caller, request: home }));
  if (home === undefined || problemAtHome) throw keyError(problemAtHome || problem, caller);
  return { ...caller, bucket: home };
}
