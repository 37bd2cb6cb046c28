// Addresses whose secrets are kept apart: encrypted, and joined again only for whoever downloads.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { byAnyKey, deriveKey, type SigningKeys } from "../secrets.ts";
import { secretsOf, shownAddress } from "./shown.ts";

/** The first seals, all open. */
export type SealKeys = SigningKeys;

interface Separated {
  /** the addresses as they may be shown */
  shown: string[];
  /** null: none of them holds a secret */
  sealed: Buffer | null;
}

/** Each address that was sealed, as it is shown and whole. */
type Pair = [shown: string, whole: string];

export function separate(keys: SealKeys, addresses: readonly string[]): Separated {
  const shown = addresses.map(shownAddress);
  // Most addresses have no secret, and lists of them are long
  if (shown.every((plain, index) => plain === addresses[index])) return { shown, sealed: null };
  const pairs = shown
    .map((plain, index): Pair => [plain, addresses[index] ?? plain])
    .filter(([plain, whole]) => plain !== whole);
  return { shown, sealed: seal(keys, pairs) };
}

/**
 * The whole addresses again. What no key opens stays as it is shown, and fails at its download with
 * a sentence: one file must not keep others from being claimed.
 */
export function join(
  keys: SealKeys,
  shown: readonly string[],
  sealed: readonly (Buffer | null)[],
): string[] {
  const pairs = sealed.flatMap((box) => (box ? (open(keys, box) ?? []) : []));
  if (pairs.length === 0) return [...shown];
  return shown.map((address) => {
    const at = pairs.findIndex(([plain]) => plain === address);
    // The same address may be listed with several secrets, in this order
    const [pair] = at === -1 ? [] : pairs.splice(at, 1);
    return pair?.[1] ?? address;
  });
}

/** A digest that nobody without the key can compare with guesses. */
export function keyedDigest(key: Buffer, text: string): string {
  const derived = deriveKey(key, "longshore address digests 1");
  return createHmac("sha256", derived).update(text).digest("hex");
}

/**
 * What tells files of a finder apart. A file with a new signature is the file that it was; one with
 * another token may be another file.
 */
export function identityOf(keys: SealKeys, address: string): string {
  const shown = shownAddress(address);
  if (!secretsOf(address).has("secret")) return shown;
  return `${shown} ${keyedDigest(keys[0], address)}`;
}

const algorithm = "aes-256-gcm";
const purpose = "longshore input addresses 1";
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** version, nonce, tag, ciphertext */
function seal([newest]: SealKeys, pairs: Pair[]): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, deriveKey(newest, purpose), nonce);
  const text = Buffer.concat([cipher.update(JSON.stringify(pairs), "utf8"), cipher.final()]);
  return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), text]);
}

function open(keys: SealKeys, sealed: Buffer): Pair[] | undefined {
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
      const plain = Buffer.concat([decipher.update(text), decipher.final()]);
      return JSON.parse(plain.toString("utf8")) as Pair[];
    } catch {
      return undefined;
    }
  });
}
