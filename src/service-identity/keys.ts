// Whether this process has a key of those that the service on a database signs with.
import type { Config } from "../config.ts";
import type { Query } from "../db/client.ts";
import { fingerprintOf, type SigningKeys } from "../secrets.ts";
import { ConfigError } from "../settings/config-error.ts";
import { readKeyFingerprints } from "./store.ts";

export const page = "See doc/several-processes.md.";

/** For a command that signs: with another key, the service would refuse what it has made. */
export async function assertServicesKey(
  query: Query,
  config: Pick<Config, "secretKeys">,
  keys: SigningKeys,
): Promise<void> {
  if (!sharesKey(await readKeyFingerprints(query), keys.map(fingerprintOf))) throw otherKey(config);
}

export function sharesKey(kept: string[], own: string[]): boolean {
  return kept.length === 0 || kept.some((fingerprint) => own.includes(fingerprint));
}

export function otherKey({ secretKeys }: { secretKeys?: string[] | undefined }): ConfigError {
  const difference = secretKeys
    ? "SECRET_KEY has no key that the service on this database signs with"
    : "SECRET_KEY is not set, and the service on this database signs with another key " +
      "than the one in DATA_DIR";
  return new ConfigError(
    `${difference}. Give every process on one database the same SECRET_KEY. ${page}`,
  );
}
