// Each request has two key pairs of its own, derived from the root key, so no secret is stored.
// A key reaches the objects of its request only.
import { createHmac } from "node:crypto";
import { deriveKey, keysFor } from "../../secrets.ts";
import { type KeyKind, keyKinds } from "./keys.ts";

export interface Credentials {
  accessKey: string;
  secretKey: string;
}

export interface KnownKey {
  kind: KeyKind;
  /** the only bucket it reaches; its name is the request's id */
  bucket: string;
  /** a revocation raises it, which ends all earlier keys */
  generation: number;
  secretKey: string;
}

/** The read key sees the recorded results. The write key puts objects and reads what was put. */
export function requestCredentials(
  rootKey: Buffer,
  requestId: string,
  kind: KeyKind,
  generation = 0,
): Credentials {
  if (!uuid.test(requestId))
    throw new TypeError(`${JSON.stringify(requestId)} is not a request id`);
  const id = base32(Buffer.from(requestId.replaceAll("-", ""), "hex"));
  const accessKey = marks[kind] + id + (generation === 0 ? "" : `G${generation}`);
  return { accessKey, secretKey: secretOf(deriveKey(rootKey, purpose), accessKey) };
}

/** What a request's keys may be derived from, of each root key; the first makes new ones. */
export function originsOf(rootKeys: readonly Buffer[]): readonly Buffer[] {
  return rootKeys.flatMap((rootKey) => keysFor(rootKey, purpose));
}

/** Undefined if the key was never one of ours. */
export function knownKey(origin: Buffer, accessKey: string): KnownKey | undefined {
  const [, mark, id = "", generation = "0"] =
    /^(LSRD|LSWR)([A-Z2-7]{26})(?:G([1-9]\d{0,8}))?$/.exec(accessKey) ?? [];
  const kind = keyKinds.find((name) => marks[name] === mark);
  const bytes = kind && fromBase32(id);
  if (!kind || !bytes || base32(bytes) !== id) return undefined;
  const [, ...parts] = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(bytes.toString("hex")) ?? [];
  const bucket = parts.join("-");
  return { kind, bucket, generation: Number(generation), secretKey: secretOf(origin, accessKey) };
}

const purpose = "longshore S3 keys 1";
const marks: Record<KeyKind, string> = { read: "LSRD", write: "LSWR" };
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The access key names kind, request and generation, so the secret is bound to all three. */
function secretOf(origin: Buffer, accessKey: string): string {
  return createHmac("sha256", origin).update(`s3-credentials\n${accessKey}`).digest("base64url");
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
