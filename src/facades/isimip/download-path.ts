import { createHmac } from "node:crypto";
import type { Deps } from "../../deps.ts";
import { byAnyKey, deriveKey, sameText } from "../../secrets.ts";

export function zipNameOf(job: string): string {
  return `download-${job}.zip`;
}

/**
 * Where the zip is read by whoever has the address: clients send no token with a download. It holds
 * as long as the job.
 */
export function downloadPath(
  { signingKey }: Deps<"signingKey">,
  request: string,
  name: string,
): string {
  return `/isimip/output/${request}/${signatureOf(signingKey, request, name)}/${name}`;
}

export function isSigned(
  { verifyingKeys }: Deps<"verifyingKeys">,
  { request, name, signature }: { request: string; name: string; signature: string },
): boolean {
  const found = byAnyKey(verifyingKeys, (key) =>
    sameText(signature, signatureOf(key, request, name)) ? true : undefined,
  );
  return found === true;
}

function signatureOf(secret: Buffer, request: string, name: string): string {
  const key = deriveKey(secret, "longshore ISIMIP downloads 1");
  return createHmac("sha256", key)
    .update(JSON.stringify([request, name]))
    .digest("base64url");
}
