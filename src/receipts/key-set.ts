import { createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import { keyIdOf } from "./key.ts";

const keySet = z.looseObject({
  keys: z.array(
    z.looseObject({ kty: z.string(), crv: z.string().optional(), x: z.string().optional() }),
  ),
});

/** Finds the key by its thumbprint, not by the `kid` that it is listed under. */
export function publicKeyOf(keys: unknown, id: string): KeyObject | undefined {
  const set = keySet.safeParse(keys);
  const x = set.data?.keys
    .filter((key) => key.kty === "OKP" && key.crv === "Ed25519")
    .map((key) => Buffer.from(key.x ?? "", "base64url"))
    .find((key) => key.length === 32 && keyIdOf(key) === id);
  if (!x) return undefined;
  const jwk = { kty: "OKP", crv: "Ed25519", x: x.toString("base64url") };
  return createPublicKey({ key: jwk, format: "jwk" });
}
