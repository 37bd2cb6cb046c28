// The signed URLs of the service: anyone who has one may read or write the object that it names,
// until it expires. Where the store is S3, only results are read here, by a redirect.

import { basename } from "node:path/posix";
import { type Request, type Response, Router } from "express";
import { notFound, RequestError } from "../../errors.ts";
import { type KeyKind, type KeyProblem, keyProblem } from "../../requests/keys/keys.ts";
import { type RecordedResult, resultBuckets } from "../../requests/read/result-bucket.ts";
import { byAnyKey } from "../../secrets.ts";
import { differenceOf } from "../../storage/as-recorded.ts";
import type { Store, StoredObject } from "../../storage/contract.ts";
import { consuming, detachedBody } from "../../storage/detached-body.ts";
import { objectExists } from "../../storage/existing.ts";
import { type Signed, type SignedVerb, verifySignature } from "../../storage/signing.ts";
import type { Mount } from "../mount.ts";
import { sendObject } from "../send-object.ts";
import { elsewhere } from "../served.ts";

const allAudiences = ["public", "internal"] as const;

export const objects: Mount = {
  name: "objects",
  owns: (path) => path.startsWith("/objects/"),
  router: (ctx, _admit, serves) =>
    objectRouter({
      audiences: allAudiences.filter((audience) => serves.includes(audience)),
      store: ctx.store,
      verifyingKeys: ctx.verifyingKeys,
      uploadLimitBytes: ctx.config.fileLimits.outputMegabytes * 2 ** 20,
      recorded: resultBuckets(ctx).recorded,
      keyProblem: (key) => keyProblem(ctx, key),
    }),
};

interface ObjectRouterOptions {
  /** whose URLs this port takes: a worker's stay valid where others do not */
  audiences?: readonly Signed["audience"][];
  store: Store;
  verifyingKeys: readonly Buffer[];
  uploadLimitBytes: number;
  /** the object as the ledger has it, as a result of any step */
  recorded(bucket: string, name: string): Promise<RecordedResult | undefined>;
  /** why the request's objects may not be read or written now */
  keyProblem(key: { request: string; kind: KeyKind }): Promise<KeyProblem | undefined>;
}

/** How long a client may take from the redirect to the store. */
const redirectSeconds = 60;
const path = "/objects/:bucket/*name";
type ObjectRequest = Request<{ bucket: string; name: string[] }>;

export function objectRouter({
  audiences = allAudiences,
  store,
  verifyingKeys,
  uploadLimitBytes,
  recorded,
  keyProblem,
}: ObjectRouterOptions): Router {
  const router = Router({ strict: true, caseSensitive: true });

  function signedHere(request: ObjectRequest, verb: SignedVerb) {
    const signed = signedObject(request, verb, verifyingKeys);
    if (audiences.includes(signed.audience)) return signed;
    throw elsewhere(signed.audience, request.path);
  }

  router.get(path, async (request: ObjectRequest, response: Response) => {
    const { bucket, name, audience } = signedHere(request, "GET");
    if (audience === "public") refuse(await keyProblem({ request: bucket, kind: "read" }), bucket);
    const object = await store.head(bucket, name);
    if (!object) throw notFound("object", name);
    assertAsRecorded(await recorded(bucket, name), object);
    if (store.kind === "s3" && request.method === "GET") {
      const direct = await store.signedUrl("GET", bucket, name, redirectSeconds, audience);
      response.setHeader("cache-control", "no-store");
      response.redirect(307, direct);
      return;
    }
    await sendObject(store, request, response, { object, name: basename(object.name) });
  });

  router.put(path, async (request: ObjectRequest, response: Response) => {
    const { bucket, name } = signedHere(request, "PUT");
    // The URL outlives the attempt, and the body may take hours.
    const confirm = async () =>
      refuse(await keyProblem({ request: bucket, kind: "write" }), bucket);
    await confirm();
    // What the store has lost is not made again from what a late attempt sends.
    if (!(await store.head(bucket, name)) && (await recorded(bucket, name)))
      throw objectExists(name);
    const announced = request.headers["content-length"];
    const size = announced === undefined ? {} : { size: Number(announced) };
    response.json(
      await consuming(detachedBody(request), (body) =>
        store.put(bucket, name, body, { ...size, limit: uploadLimitBytes, confirm }),
      ),
    );
  });

  return router;
}

function signedObject(
  request: ObjectRequest,
  verb: SignedVerb,
  keys: readonly Buffer[],
): Pick<Signed, "bucket" | "name" | "audience"> {
  const query = new URLSearchParams(request.originalUrl.split("?")[1]);
  const { bucket } = request.params;
  const name = request.params.name.join("/");
  const expires = Number(query.get("expires"));
  const audience = query.get("for") === "worker" ? "internal" : "public";
  const signature = query.get("signature") ?? "";
  const verdict = byAnyKey(keys, (key) => {
    const found = verifySignature(key, { verb, bucket, name, expires, audience }, signature);
    return found === "wrong" ? undefined : found;
  });
  if (verdict === "good") return { bucket, name, audience };
  if (verdict === "expired")
    throw new RequestError(
      403,
      "expired",
      `This URL expired at ${new Date(expires * 1000).toISOString()}; ask for a new one.`,
    );
  throw new RequestError(
    403,
    "bad_signature",
    `The signature does not allow ${request.method} of this object; use the URL whole, as ` +
      "it was given.",
  );
}

function refuse(problem: KeyProblem | undefined, request: string): void {
  if (problem === "deleted") throw notFound("request", request);
  if (problem === "ended")
    throw new RequestError(
      409,
      "request_ended",
      "The request has ended; its objects can no longer be written.",
    );
  if (problem === "expired")
    throw new RequestError(410, "expired", "The results of this request have expired.");
  if (problem !== undefined)
    throw new RequestError(403, problem, "The owner of this request is suspended.");
}

function assertAsRecorded(recorded: RecordedResult | undefined, object: StoredObject): void {
  const difference = recorded && differenceOf(recorded, object);
  if (difference !== undefined)
    throw new RequestError(
      409,
      "changed",
      `${JSON.stringify(object.name)} ${difference}; it is not delivered.`,
    );
}
