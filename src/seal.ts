// Encryption of what must be kept and is nobody's to read (AES-256-GCM).
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { byAnyKey, deriveKey, type KeyPurpose, type SigningKeys } from "./secrets.ts";

/** The first seals, all open. */
export type SealKeys = SigningKeys;

const algorithm = "aes-256-gcm";
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** version, nonce, tag, ciphertext */
export function seal([newest]: SealKeys, purpose: KeyPurpose, plain: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, deriveKey(newest, purpose), nonce);
  const text = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), text]);
}

/** Undefined where no key opens it, or it was changed. */
export function unseal(keys: SealKeys, purpose: KeyPurpose, sealed: Buffer): string | undefined {
  const nonce = sealed.subarray(1, 1 + nonceBytes);
  const tag = sealed.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes);
  const text = sealed.subarray(1 + nonceBytes + tagBytes);
  if (sealed[0] !== version || tag.length !== tagBytes) return undefined;
  return byAnyKey(keys, (key) => {
    try {
      const decipher = createDecipheriv(algorithm, deriveKey(key, purpose), nonce, {
        authTagLength: tagBytes,
      });
      decipher.setAuthTag(tag);
      return Buffer.concat([decipher.update(text), decipher.final()]).toString("utf8");
    } catch {
      return undefined;
    }
  });
}
