// No secret has a default: each is generated once at random and kept in DATA_DIR, readable only by
// its user.
import { hkdfSync, randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type SecretName = "signing-key" | "database-owner" | "database-reader";

/** 32 random bytes in hex; every start with this folder returns the same. */
export function keptSecret(dataDir: string, name: SecretName): string {
  const folder = join(dataDir, "secrets");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  return readSecret(path) ?? makeSecret(path);
}

/** Newest first: the first signs, all verify. */
export type SigningKeys = readonly [Buffer, ...Buffer[]];

export function signingKeys({ dataDir, secretKeys = [] }: KeySettings): SigningKeys {
  const [newest, ...older] = secretKeys.map((key) => Buffer.from(key));
  return newest ? [newest, ...older] : [Buffer.from(keptSecret(dataDir, "signing-key"), "hex")];
}

interface KeySettings {
  dataDir: string;
  secretKeys?: string[] | undefined;
}

/** What each derived key is for. A key of one purpose proves and opens nothing of another. */
export type KeyPurpose =
  | "longshore work tokens 1"
  | "longshore receipts 1"
  | "longshore object URLs 1"
  | "longshore S3 keys 1"
  | "longshore ServiceX attempts 1"
  | "longshore ISIMIP downloads 1"
  | "longshore input addresses 1"
  | "longshore address digests 1"
  | "longshore API tokens 1"
  | "longshore page forms 1"
  | "longshore sealed notices 1"
  | "longshore broker users 1";

/** 32 bytes that only the holder of `secret` can derive (HKDF with SHA-256, RFC 5869). */
export function deriveKey(secret: Buffer, purpose: KeyPurpose): Buffer {
  const known = derivedKeys.get(secret) ?? new Map<KeyPurpose, Buffer>();
  derivedKeys.set(secret, known);
  const key = known.get(purpose) ?? Buffer.from(hkdfSync("sha256", secret, "", purpose, 32));
  known.set(purpose, key);
  return key;
}

/** Thousands of URLs a second are signed with few keys. */
const derivedKeys = new WeakMap<Buffer, Map<KeyPurpose, Buffer>>();

/**
 * For what earlier versions signed with the secret itself: the derived key, which signs, and the
 * secret, which only verifies.
 */
export function keysFor(secret: Buffer, purpose: KeyPurpose): readonly [Buffer, Buffer] {
  return [deriveKey(secret, purpose), secret];
}

/**
 * Identifies a key without revealing it. Slow to compute, since a person may have chosen the key.
 */
export function fingerprintOf(key: Buffer): string {
  return scryptSync(key, "longshore key fingerprint", 16).toString("hex");
}

/** In a time that does not tell how much of them is the same. */
export function sameText(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The first result that `read` returns for one of the keys. */
export function byAnyKey<Result>(
  keys: readonly Buffer[],
  read: (key: Buffer) => Result | undefined,
): Result | undefined {
  for (const key of keys) {
    const result = read(key);
    if (result !== undefined) return result;
  }
  return undefined;
}

function readSecret(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * The file is complete before it gets its name, so that nothing reads half a secret. The first of
 * two concurrent calls wins.
 */
function makeSecret(path: string): string {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, randomBytes(32).toString("hex"), { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, "utf8").trim();
}
