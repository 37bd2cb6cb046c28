import { createHmac } from "node:crypto";
import { deriveKey, keysFor, sameText } from "../secrets.ts";

const purpose = "longshore object URLs 1";

export type SignedVerb = "GET" | "PUT";

export interface Signed {
  verb: SignedVerb;
  bucket: string;
  name: string;
  /** Unix seconds */
  expires: number;
  /** a worker's URLs stay valid while the request's owner is suspended */
  audience: "public" | "internal";
}

/** The URL is the permission: one verb on one object until it expires. */
export function signUrl(base: string, key: Buffer, signed: Signed): string {
  const path = [signed.bucket, ...signed.name.split("/")].map(encodeURIComponent).join("/");
  const query = new URLSearchParams({
    expires: String(signed.expires),
    ...(signed.audience === "internal" && { for: "worker" }),
    signature: signatureOf(deriveKey(key, purpose), signed),
  });
  return `${base}/objects/${path}?${query}`;
}

export function verifySignature(
  key: Buffer,
  signed: Signed,
  signature: string,
  now = Date.now(),
): "good" | "expired" | "wrong" {
  const isOurs = keysFor(key, purpose).some((signing) =>
    sameText(signature, signatureOf(signing, signed)),
  );
  if (!isOurs) return "wrong";
  return signed.expires * 1000 > now ? "good" : "expired";
}

/** JSON separates the fields whatever they hold. The first one is this use of the key. */
function signatureOf(key: Buffer, { verb, bucket, name, expires, audience }: Signed): string {
  const fields = ["object-url", verb, bucket, name, expires];
  if (audience === "internal") fields.push("worker");
  return createHmac("sha256", key).update(JSON.stringify(fields)).digest("base64url");
}
