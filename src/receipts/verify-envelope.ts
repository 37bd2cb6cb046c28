// Receipts made before they were JWS: a signature over the canonical JSON of `receipt`.
import { type KeyObject, verify } from "node:crypto";
import { z } from "zod";
import { base64urlBytes } from "./base64url.ts";
import { canonicalText } from "./canonical-text.ts";
import { receiptShape } from "./receipt-shape.ts";

export const envelope = z.strictObject({
  receipt: receiptShape,
  signature: z.strictObject({
    algorithm: z.literal("Ed25519"),
    key_id: z.string(),
    value: z.string(),
  }),
});

export function isEnvelopeValid(
  { receipt, signature }: z.infer<typeof envelope>,
  key: KeyObject,
): boolean {
  const bytes = base64urlBytes(signature.value);
  const text = canonicalText(receipt);
  return text !== undefined && bytes?.length === 64 && verify(null, Buffer.from(text), key, bytes);
}
