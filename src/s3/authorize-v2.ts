// URLs presigned with signature version 2. boto3 makes those by default, and ServiceX clients make
// them for a year ahead.
import { createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { sameText } from "../secrets.ts";
import { type Address, parameter, type Query } from "./address.ts";
import type { Caller } from "./caller.ts";
import { longestExpiry } from "./claim.ts";
import { invalidAccessKey, knownKey } from "./credentials.ts";
import { S3Error } from "./s3-error.ts";

/** Reads only: no write may depend on SHA-1. */
export function authorizeByQueryV2(
  origin: Buffer,
  request: IncomingMessage,
  address: Address,
  now: number,
): Caller {
  const { query, rawPath } = address;
  const accessKey = parameter(query, "AWSAccessKeyId") ?? "";
  const known = knownKey(origin, accessKey);
  if (!known) throw invalidAccessKey(accessKey);
  const method = request.method ?? "";
  if (method !== "GET" && method !== "HEAD")
    throw new S3Error(
      "AccessDenied",
      "Version 2 signatures are accepted for reads only. Please use AWS4-HMAC-SHA256.",
    );
  const expires = parameter(query, "Expires") ?? "";
  const { "content-md5": md5 = "", "content-type": type = "" } = request.headers;
  const resource = `${amzHeaders(request)}${rawPath}${signedQuery(query)}`;
  const text = [method, md5, type, expires, resource].join("\n");
  const expected = createHmac("sha1", known.secretKey).update(text).digest("base64");
  if (!sameText(parameter(query, "Signature") ?? "", expected)) {
    throw new S3Error("SignatureDoesNotMatch", undefined, {
      details: { AWSAccessKeyId: accessKey },
    });
  }
  // The URL does not say when it was signed, so what counts is how long it is still valid.
  if (!/^\d{1,12}$/.test(expires) || Number(expires) > now / 1000 + longestExpiry)
    throw new S3Error(
      "AccessDenied",
      `Expires must be a time within the next ${longestExpiry} seconds, in Unix seconds.`,
      { details: { Expires: expires } },
    );
  if (!(Number(expires) * 1000 > now)) {
    throw new S3Error("AccessDenied", "Request has expired", {
      details: { Expires: expires, ServerTime: new Date(now).toISOString() },
    });
  }
  return { ...known, accessKey, signing: { payloadHash: "UNSIGNED-PAYLOAD" } };
}

const signedParameters = new RegExp(
  "^(acl|location|logging|partNumber|policy|requestPayment|uploadId|uploads" +
    "|versionId|versioning|versions|website|response-.+)$",
);

function signedQuery(query: Query): string {
  const signed = Object.keys(query)
    .filter((name) => signedParameters.test(name))
    .sort()
    .map((name) => (parameter(query, name) ? `${name}=${parameter(query, name)}` : name));
  return signed.length > 0 ? `?${signed.join("&")}` : "";
}

function amzHeaders(request: IncomingMessage): string {
  return Object.keys(request.headers)
    .filter((name) => name.startsWith("x-amz-"))
    .sort()
    .map((name) => `${name}:${request.headers[name]}\n`)
    .join("");
}
