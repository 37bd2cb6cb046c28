import type { Config } from "../config.ts";
import type { Store } from "./contract.ts";
import { openFolderStore } from "./folder.ts";
import { openS3Store } from "./s3.ts";
import { signUrl } from "./signing.ts";

export interface StoreDeps {
  publicUrl: () => string;
  internalUrl: () => string;
  signingKey: Buffer;
}

export async function openStore(
  config: Config,
  { publicUrl, internalUrl, signingKey }: StoreDeps,
): Promise<Store> {
  if (config.store.kind === "s3") return openS3Store(config.store);
  return openFolderStore(config.store.path, async (verb, bucket, name, seconds, audience) => {
    const base = audience === "public" ? publicUrl() : internalUrl();
    return signUrl(base, signingKey, {
      verb,
      bucket,
      name,
      expires: Math.floor(Date.now() / 1000 + seconds),
      audience,
    });
  });
}
