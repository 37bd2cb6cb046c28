// Each request has two pairs of keys of its own. Both follow from the root key and the request's id, so nothing is stored, and neither a
// client nor a worker holds more than its request's.
import { createHmac } from "node:crypto";

export type KeyKind = "read" | "write";

export interface Credentials {
  accessKey: string;
  secretKey: string;
}

export interface KnownKey {
  kind: KeyKind;
  /** the only one it reaches: the request's */
  bucket: string;
  secretKey: string;
}

/** The read key sees the results that the ledger has; the write key puts objects and reads what was put. */
export function requestCredentials(rootKey: Buffer, requestId: string, kind: KeyKind): Credentials {
  if (!uuid.test(requestId)) throw new TypeError(`${JSON.stringify(requestId)} is no request id`);
  const accessKey = marks[kind] + base32(Buffer.from(requestId.replaceAll("-", ""), "hex"));
  return { accessKey, secretKey: secretOf(rootKey, accessKey) };
}

/** Undefined for keys that were never ours. */
export function knownKey(rootKey: Buffer, accessKey: string): KnownKey | undefined {
  const kind = kinds.find((one) => accessKey.startsWith(marks[one]));
  const bytes =
    kind && /^[A-Z2-7]{26}$/.test(accessKey.slice(4)) ? fromBase32(accessKey.slice(4)) : undefined;
  if (!kind || !bytes || base32(bytes) !== accessKey.slice(4)) return undefined;
  const [, ...parts] = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(bytes.toString("hex")) ?? [];
  return { kind, bucket: parts.join("-"), secretKey: secretOf(rootKey, accessKey) };
}

const kinds = ["read", "write"] as const;
const marks: Record<KeyKind, string> = { read: "LSRD", write: "LSWR" };
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The access key says kind and request, so the secret is bound to both. */
function secretOf(rootKey: Buffer, accessKey: string): string {
  return createHmac("sha256", rootKey).update(`s3-credentials\n${accessKey}`).digest("base64url");
}

/** 16 bytes are 26 digits */
function base32(bytes: Buffer): string {
  let value = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  for (let digit = 0; digit < 26; digit++) {
    text = (alphabet[Number(value % 32n)] ?? "") + text;
    value /= 32n;
  }
  return text;
}

function fromBase32(text: string): Buffer {
  const value = [...text].reduce((sum, digit) => sum * 32n + BigInt(alphabet.indexOf(digit)), 0n);
  return Buffer.from(value.toString(16).padStart(32, "0").slice(-32), "hex");
}
