import type { Deps } from "../../deps.ts";
import { keyGeneration } from "../../requests/keys/keys.ts";
import { requestCredentials } from "../../s3/credentials.ts";

/**
 * Where a client reads this request's results, with keys that reach no other request. Empty if this
 * process has no S3 endpoint.
 */
export async function objectStoreFields(
  { db, urls, signingKey }: Deps<"db" | "signingKey" | "urls">,
  request: string,
) {
  const address = urls.s3?.();
  if (address === undefined) return {};
  const { host, protocol } = new URL(address);
  const { accessKey, secretKey } = requestCredentials(
    signingKey,
    request,
    "read",
    await keyGeneration({ db }, request, "read"),
  );
  return {
    "minio-endpoint": host,
    "minio-secured": protocol === "https:",
    "minio-access-key": accessKey,
    "minio-secret-key": secretKey,
  };
}
