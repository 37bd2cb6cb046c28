import type { IncomingMessage } from "node:http";
import { sameText } from "../secrets.ts";
import { type Address, parameter } from "./address.ts";
import { authorizeByQueryV2 } from "./authorize-v2.ts";
import type { Caller } from "./caller.ts";
import { claimOfHeader, claimOfQuery } from "./claim.ts";
import { invalidAccessKey, knownKey, originsOf } from "./credentials.ts";
import { S3Error } from "./s3-error.ts";
import { makeSigner, requestSignature } from "./signature.ts";

/** Authenticates the caller by the first root key that made the caller's key pair. */
export function authorizeByAny(
  rootKeys: readonly Buffer[],
  request: IncomingMessage,
  address: Address,
): Caller {
  let mismatch: unknown;
  for (const origin of originsOf(rootKeys)) {
    try {
      return authorize(origin, request, address);
    } catch (error) {
      if (!(error instanceof S3Error && error.code === "SignatureDoesNotMatch")) throw error;
      mismatch = error;
    }
  }
  throw mismatch;
}

/** Authenticates the caller: a key of ours and a valid, current signature over this request. */
export function authorize(
  origin: Buffer,
  request: IncomingMessage,
  address: Address,
  now = Date.now(),
): Caller {
  const { query } = address;
  const header = request.headers.authorization;
  if (header === undefined && parameter(query, "AWSAccessKeyId") !== undefined)
    return authorizeByQueryV2(origin, request, address, now);
  const claim =
    header === undefined ? claimOfQuery(query, now) : claimOfHeader(header, request, now);
  const known = knownKey(origin, claim.accessKey);
  if (!known) throw invalidAccessKey(claim.accessKey);
  requireSignedHeaders(request, claim.signedHeaders);
  const signer = makeSigner(known.secretKey, claim);
  const signature = requestSignature(signer, {
    method: request.method ?? "",
    path: address.path,
    query,
    headers: request.headersDistinct,
    signedHeaders: claim.signedHeaders,
    payloadHash: claim.payloadHash,
  });
  if (!sameText(claim.signature, signature))
    throw new S3Error("SignatureDoesNotMatch", undefined, {
      details: { AWSAccessKeyId: claim.accessKey },
    });
  return {
    ...known,
    accessKey: claim.accessKey,
    signing: { payloadHash: claim.payloadHash, signature, signer },
  };
}

/** A proxy or an attacker could change an unsigned host or x-amz header unnoticed. */
function requireSignedHeaders(request: IncomingMessage, signedHeaders: string[]): void {
  const signed = new Set(signedHeaders);
  const required = Object.keys(request.headers).filter(
    (name) => name === "host" || name.startsWith("x-amz-"),
  );
  const unsigned = required.filter((name) => !signed.has(name));
  if (!signed.has("host") || unsigned.length > 0) {
    throw new S3Error(
      "AccessDenied",
      "There were headers present in the request which were not signed",
      { details: { HeadersNotSigned: unsigned.join(", ") } },
    );
  }
}
