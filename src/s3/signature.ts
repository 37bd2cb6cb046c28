// AWS Signature Version 4, computed again from what the caller says it signed:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
import { createHash, createHmac } from "node:crypto";
import type { Query } from "./address.ts";

/** Signs for one key, day and region. */
export interface Signer {
  /** YYYYMMDD'T'HHMMSS'Z' */
  longDate: string;
  credentialScope: string;
  signingKey: Buffer;
}

export interface SignedRequest {
  method: string;
  /** decoded, from "/" on */
  path: string;
  query: Query;
  headers: Record<string, string | string[] | undefined>;
  signedHeaders: string[];
  payloadHash: string;
}

export function makeSigner(
  secretKey: string,
  { longDate, region }: { longDate: string; region: string },
): Signer {
  const scope = [longDate.slice(0, 8), region, "s3", "aws4_request"];
  const signingKey = scope.reduce(hmac, Buffer.from(`AWS4${secretKey}`));
  return { longDate, credentialScope: scope.join("/"), signingKey };
}

export function requestSignature(signer: Signer, request: SignedRequest): string {
  const { longDate, credentialScope } = signer;
  const hash = createHash("sha256").update(canonicalRequest(request)).digest("hex");
  return signText(signer, ["AWS4-HMAC-SHA256", longDate, credentialScope, hash].join("\n"));
}

export function signText({ signingKey }: Signer, text: string): string {
  return hmac(signingKey, text).toString("hex");
}

function canonicalRequest(request: SignedRequest): string {
  const { method, path, query, headers, payloadHash } = request;
  const names = request.signedHeaders.toSorted();
  return [
    method,
    path.split("/").map(uriEncode).join("/"),
    canonicalQuery(query),
    ...names.map((name) => `${name}:${canonicalValue(headers, name)}`),
    "",
    names.join(";"),
    payloadHash,
  ].join("\n");
}

/** A presigned URL carries its own signature in the query. */
function canonicalQuery(query: Query): string {
  return Object.entries(query)
    .filter(([name]) => name !== "X-Amz-Signature")
    .flatMap(([name, values]) =>
      [values].flat().map((value) => ({ name: uriEncode(name), value: uriEncode(value) })),
    )
    .toSorted((left, right) => compare(left.name, right.name) || compare(left.value, right.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join("&");
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function canonicalValue(headers: SignedRequest["headers"], name: string): string {
  const values = Object.hasOwn(headers, name) ? [headers[name] ?? ""].flat() : [];
  return values.map((value) => value.trim().replace(/\s+/g, " ")).join(",");
}

/** All but the unreserved characters of RFC 3986, of which `encodeURIComponent` leaves out four. */
function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
