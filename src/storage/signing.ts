import { createHmac, timingSafeEqual } from "node:crypto";

export type SignedVerb = "GET" | "PUT";

interface Signed {
  verb: SignedVerb;
  bucket: string;
  name: string;
  /** Unix seconds */
  expires: number;
}

/** The URL is the permission: one verb on one object until it expires. */
export function signUrl(base: string, key: Buffer, signed: Signed): string {
  const path = [signed.bucket, ...signed.name.split("/")].map(encodeURIComponent).join("/");
  return `${base}/objects/${path}?expires=${signed.expires}&signature=${signatureOf(key, signed)}`;
}

export function verifySignature(
  key: Buffer,
  signed: Signed,
  signature: string,
  now = Date.now(),
): "good" | "expired" | "wrong" {
  const expected = Buffer.from(signatureOf(key, signed));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "wrong";
  return signed.expires * 1000 > now ? "good" : "expired";
}

/** JSON keeps the fields apart whatever they hold; the first one keeps this use of the key apart from others. */
function signatureOf(key: Buffer, { verb, bucket, name, expires }: Signed): string {
  return createHmac("sha256", key)
    .update(JSON.stringify(["object-url", verb, bucket, name, expires]))
    .digest("base64url");
}
