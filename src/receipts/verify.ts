import { createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../canonical-json.ts";
import { keyIdOf } from "./key.ts";
import type { Receipt, SignedReceipt } from "./receipt.ts";

const signed = z.strictObject({
  receipt: z.looseObject({
    format: z.literal("longshore-receipt-1"),
    request: z.looseObject({ id: z.string() }),
  }),
  signature: z.strictObject({
    algorithm: z.literal("Ed25519"),
    key_id: z.string(),
    value: z.string(),
  }),
});

const keySet = z.looseObject({
  keys: z.array(
    z.looseObject({ kty: z.string(), crv: z.string().optional(), x: z.string().optional() }),
  ),
});

export type Verdict =
  | { right: true; receipt: Receipt; keyId: string }
  | { right: false; why: string };

/** Whether the text is a receipt as one of these keys signed it. Needs no service: the text and a set of JSON Web Keys are enough. */
export function verifyReceipt(text: string, keys: unknown): Verdict {
  const parsed = signed.safeParse(parseJson(text));
  if (!parsed.success)
    return wrong("This is no signed receipt: it was cut off, changed, or is something else.");
  const { receipt, signature } = parsed.data as unknown as SignedReceipt;
  const publicKey = publicKeyOf(keys, signature.key_id);
  if (!publicKey) return wrong(`None of the keys given is the one it names (${signature.key_id}).`);
  const bytes = Buffer.from(signature.value, "base64url");
  const whole = bytes.length === 64 && bytes.toString("base64url") === signature.value;
  const document = whole && signedBytes(receipt);
  if (!document || !verify(null, document, publicKey, bytes)) {
    return wrong("The signature does not fit: the receipt is not as it was signed.");
  }
  return { right: true, receipt, keyId: signature.key_id };
}

function wrong(why: string): Verdict {
  return { right: false, why };
}

/** Nothing for a document that was changed to what JSON cannot say: no service signs such. */
function signedBytes(receipt: Receipt): Buffer | undefined {
  try {
    return Buffer.from(canonicalJson(receipt));
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** By the key itself, not by the name it is given under. */
function publicKeyOf(keys: unknown, id: string) {
  const set = keySet.safeParse(keys);
  const ours = set.data?.keys
    .filter((key) => key.kty === "OKP" && key.crv === "Ed25519")
    .map(({ x }) => Buffer.from(x ?? "", "base64url"));
  const found = ours?.find((key) => key.length === 32 && keyIdOf(key) === id);
  return (
    found &&
    createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: found.toString("base64url") },
      format: "jwk",
    })
  );
}
