import { compactVerify, decodeProtectedHeader } from "jose";
import { z } from "zod";
import { base64urlBytes } from "./base64url.ts";
import { canonicalText } from "./canonical-text.ts";
import { receiptType } from "./key.ts";
import { publicKeyOf } from "./key-set.ts";
import type { Receipt } from "./receipt.ts";
import { receiptShape } from "./receipt-shape.ts";
import { envelope, isEnvelopeValid } from "./verify-envelope.ts";

export type Verdict =
  | { valid: true; receipt: Receipt; keyId: string }
  | { valid: false; reason: string };

const signedReceipt = z.strictObject({ receipt: receiptShape, jws: z.string() });
const compactJws = /^[\w-]+\.[\w-]+\.[\w-]+$/;

const notAReceipt =
  "This is not a signed receipt: it is incomplete, was changed, or is something else.";
const notAsSigned = "The signature does not match: the receipt is not as it was signed.";

/**
 * Whether one of these keys signed this receipt. Needs no service, only the text and a JSON Web Key
 * Set. Takes a receipt as the service returns it, its compact JWS alone, or an earlier version's.
 */
export async function verifyReceipt(text: string, keys: unknown): Promise<Verdict> {
  if (compactJws.test(text.trim())) return verifyJws(text.trim(), keys);
  const value = parseJson(text);
  const old = envelope.safeParse(value);
  if (old.success) return verifyOld(old.data, keys);
  const { data } = signedReceipt.safeParse(value);
  if (!data) return invalid(notAReceipt);
  const verdict = await verifyJws(data.jws, keys);
  return verdict.valid && !isSame(verdict.receipt, data.receipt) ? invalid(notAsSigned) : verdict;
}

async function verifyJws(jws: string, keys: unknown): Promise<Verdict> {
  const keyId = keyIdIn(jws);
  if (keyId === undefined) return invalid(notAReceipt);
  const key = publicKeyOf(keys, keyId);
  if (!key) return invalid(unknownKey(keyId));
  // A JWS library also accepts other spellings of the same signature.
  if (base64urlBytes(jws.split(".")[2] ?? "") === undefined) return invalid(notAsSigned);
  const verified = await compactVerify(jws, key, { algorithms: ["EdDSA"] }).catch(() => undefined);
  if (!verified) return invalid(notAsSigned);
  const receipt = parseJson(new TextDecoder().decode(verified.payload));
  if (!receiptShape.safeParse(receipt).success) return invalid(notAReceipt);
  return { valid: true, receipt: receipt as Receipt, keyId };
}

function verifyOld(old: z.infer<typeof envelope>, keys: unknown): Verdict {
  const keyId = old.signature.key_id;
  const key = publicKeyOf(keys, keyId);
  if (!key) return invalid(unknownKey(keyId));
  if (!isEnvelopeValid(old, key)) return invalid(notAsSigned);
  return { valid: true, receipt: old.receipt as unknown as Receipt, keyId };
}

function keyIdIn(jws: string): string | undefined {
  try {
    const { typ, kid } = decodeProtectedHeader(jws);
    return typ === receiptType ? kid : undefined;
  } catch {
    return undefined;
  }
}

function isSame(left: unknown, right: unknown): boolean {
  const text = canonicalText(left);
  return text !== undefined && text === canonicalText(right);
}

function unknownKey(id: string): string {
  return (
    `None of the given keys is the one that the receipt names (${id}): ` +
    "another service made it, or the keys are not all that its service has published."
  );
}

function invalid(reason: string): Verdict {
  return { valid: false, reason };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
