import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { canonicalJson } from "../canonical-json.ts";

export interface PublicJwk {
  kty: "OKP";
  crv: "Ed25519";
  /** 32 bytes in base64url */
  x: string;
  kid: string;
  use: "sig";
  alg: "EdDSA";
}

export interface ReceiptKey {
  id: string;
  publicKey: Buffer;
  sign(bytes: Buffer): Buffer;
}

/** An Ed25519 private key of 32 bytes as PKCS #8 begins. */
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** Derived from the service's signing key, which is kept with mode 0600 or shared as SECRET_KEY: processes that share it sign as one. */
export function receiptKey(signingKey: Buffer): ReceiptKey {
  const seed = Buffer.from(hkdfSync("sha256", signingKey, "", "longshore receipts 1", 32));
  const key: KeyObject = createPrivateKey({
    key: Buffer.concat([pkcs8, seed]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = Buffer.from(
    createPublicKey(key).export({ format: "jwk" }).x ?? "",
    "base64url",
  );
  return { id: keyIdOf(publicKey), publicKey, sign: (bytes) => sign(null, bytes, key) };
}

export function toJwk(publicKey: Buffer): PublicJwk {
  return {
    kty: "OKP",
    crv: "Ed25519",
    x: publicKey.toString("base64url"),
    kid: keyIdOf(publicKey),
    use: "sig",
    alg: "EdDSA",
  };
}

/** RFC 7638: a key's name is made of the key, so that nobody can put another under it. */
export function keyIdOf(publicKey: Buffer): string {
  const thumb = canonicalJson({ crv: "Ed25519", kty: "OKP", x: publicKey.toString("base64url") });
  return createHash("sha256").update(thumb).digest("base64url");
}
