// Addresses whose secrets are kept apart: encrypted, and joined again only for whoever downloads.
import { createHmac } from "node:crypto";
import { type SealKeys, seal, unseal } from "../seal.ts";
import { deriveKey } from "../secrets.ts";
import { secretsOf, shownAddress } from "./shown.ts";

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
  return { shown, sealed: seal(keys, purpose, JSON.stringify(pairs)) };
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
  const pairs = sealed.flatMap((box) => (box ? (openPairs(keys, box) ?? []) : []));
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

const purpose = "longshore input addresses 1";

function openPairs(keys: SealKeys, sealed: Buffer): Pair[] | undefined {
  const text = unseal(keys, purpose, sealed);
  return text === undefined ? undefined : (JSON.parse(text) as Pair[]);
}
