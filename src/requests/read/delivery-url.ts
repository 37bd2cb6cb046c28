import type { Deps } from "../../deps.ts";
import { signUrl } from "../../storage/signing.ts";

const lifetimeSeconds = 3600;

/**
 * Where a result is downloaded. At an S3 store whoever has the address of an upload may replace the
 * object, so the way leads over this service, which compares it with the ledger and redirects.
 */
export async function deliveryUrl(
  { store, urls, signingKey }: Deps<"signingKey" | "store" | "urls">,
  bucket: string,
  name: string,
): Promise<string> {
  if (store.kind === "folder")
    return store.signedUrl("GET", bucket, name, lifetimeSeconds, "public");
  const expires = Math.floor(Date.now() / 1000) + lifetimeSeconds;
  const signed = { verb: "GET", bucket, name, expires, audience: "public" } as const;
  return signUrl(urls.public(), signingKey, signed);
}
