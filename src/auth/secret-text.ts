// Secrets that callers hold: random, kept as hashes alone, compared in a time that tells nothing.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Of 32 bytes no two are the same, and none is guessed. */
export function newSecret(bytes = 32): string {
  return randomBytes(bytes).toString("base64url");
}

/** SHA-256 is enough, and fast: what it hashes is no word that a person has chosen. */
export function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

export function sameHash(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
