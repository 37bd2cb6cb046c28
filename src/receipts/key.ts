import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { CompactSign } from "jose";
import { canonicalJson } from "../canonical-json.ts";
import { deriveKey } from "../secrets.ts";

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
  /** The signature of a JWS (RFC 7515) and its protected header, in base64url. */
  sign(payload: Buffer): Promise<{ header: string; signature: Buffer }>;
}

/** Keeps other signed things from being taken for a receipt. */
export const receiptType = "longshore-receipt+jws";
/** How an Ed25519 private key of 32 bytes begins in PKCS #8. */
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** Derived from the service's signing key: processes that share SECRET_KEY sign with one key. */
export function receiptKey(signingKey: Buffer): ReceiptKey {
  const seed = deriveKey(signingKey, "longshore receipts 1");
  const key: KeyObject = createPrivateKey({
    key: Buffer.concat([pkcs8, seed]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = Buffer.from(
    createPublicKey(key).export({ format: "jwk" }).x ?? "",
    "base64url",
  );
  const id = keyIdOf(publicKey);
  return {
    id,
    publicKey,
    async sign(payload) {
      const jws = await new CompactSign(payload)
        .setProtectedHeader({ alg: "EdDSA", kid: id, typ: receiptType })
        .sign(key);
      const [header = "", , signature = ""] = jws.split(".");
      return { header, signature: Buffer.from(signature, "base64url") };
    },
  };
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

/** The thumbprint of RFC 7638: no other key can have this id. */
export function keyIdOf(publicKey: Buffer): string {
  const thumb = canonicalJson({ crv: "Ed25519", kty: "OKP", x: publicKey.toString("base64url") });
  return createHash("sha256").update(thumb).digest("base64url");
}
