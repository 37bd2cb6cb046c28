import type { IncomingMessage } from "node:http";
import { type Address, parameter } from "./address.ts";
import { claimOfHeader, claimOfQuery } from "./claim.ts";
import { type KnownKey, knownKey } from "./credentials.ts";
import { authorizeByOldQuery } from "./old-query.ts";
import type { Signing } from "./payload.ts";
import { S3Error } from "./s3-error.ts";
import { ExpectedSignature, sameText } from "./signature.ts";

export interface Caller extends KnownKey {
  accessKey: string;
  signing: Signing;
}

/** Who calls: a key of ours whose secret made the signature, now, over this very call. */
export async function authorize(
  rootKey: Buffer,
  request: IncomingMessage,
  address: Address,
  now = Date.now(),
): Promise<Caller> {
  const { query } = address;
  const header = request.headers.authorization;
  if (header === undefined && parameter(query, "AWSAccessKeyId") !== undefined)
    return authorizeByOldQuery(rootKey, request, address, now);
  const claim =
    header === undefined ? claimOfQuery(query, now) : claimOfHeader(header, request, now);
  const known = knownKey(rootKey, claim.accessKey);
  if (!known)
    throw new S3Error("InvalidAccessKeyId", undefined, {
      details: { AWSAccessKeyId: claim.accessKey },
    });
  refuseUnsigned(request, claim.signedHeaders);
  const expected = new ExpectedSignature(claim.accessKey, known, claim);
  const signature = await expected.ofRequest({
    method: request.method ?? "",
    path: address.path,
    query,
    headers: request.headers,
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
    signing: { payloadHash: claim.payloadHash, signature, expected },
  };
}

/** What a proxy or an attacker could change unseen: the host, and anything that speaks to S3. */
function refuseUnsigned(request: IncomingMessage, signedHeaders: string[]): void {
  const signed = new Set(signedHeaders);
  const speaking = Object.keys(request.headers).filter(
    (name) => name === "host" || name.startsWith("x-amz-"),
  );
  const unsigned = speaking.filter((name) => !signed.has(name));
  if (!signed.has("host") || unsigned.length > 0) {
    throw new S3Error(
      "AccessDenied",
      "There were headers present in the request which were not signed",
      {
        details: { HeadersNotSigned: unsigned.join(", ") },
      },
    );
  }
}
