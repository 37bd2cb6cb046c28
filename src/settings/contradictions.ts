// Settings that are valid alone, and contradict each other.
import { ConfigError, shown } from "./config-error.ts";
import { isLoopback } from "./is-loopback.ts";

export function refuseSignIn(enableAuth: boolean, host: string): void {
  if (!enableAuth) return;
  const cause = isLoopback(host)
    ? "ENABLE_AUTH is true"
    : `HOST is ${shown(host)}, which is not loopback, so ENABLE_AUTH is true`;
  throw new ConfigError(
    `${cause}: sign-in is not part of this version. Allowed is ENABLE_AUTH=false, with HOST at a ` +
      "loopback address such as 127.0.0.1, or with ALLOW_ANYONE=true.",
  );
}

/** Reached only with identity off. */
export function refuseOpenAddress(allowAnyone: boolean, host: string): void {
  if (allowAnyone || isLoopback(host)) return;
  throw new ConfigError(
    `HOST is ${shown(host)}, which is not loopback, and ENABLE_AUTH is false: anyone who can ` +
      "reach the service could do everything. Set HOST to a loopback address such as " +
      "127.0.0.1, or ALLOW_ANYONE=true if that is intended.",
  );
}

/** For the start and for each page; undefined where callers are checked. */
export function openToAnyone({
  enableAuth,
  allowAnyone,
}: {
  enableAuth: boolean;
  allowAnyone: boolean;
}): string | undefined {
  if (enableAuth || !allowAnyone) return undefined;
  return "ALLOW_ANYONE is true: anyone who can reach this service may do everything here.";
}

export function refuseLonelyWorkers(roles: readonly string[], url: string | undefined): void {
  if (roles.includes("api") || url !== undefined) return;
  throw new ConfigError(
    `ROLES is ${shown(roles.join(","))}, without api: ` +
      "set INTERNAL_URL to the address where workers reach the service.",
  );
}

export function refuseStrayScheme(chosen: string | undefined, schemes: string[]): void {
  if (chosen === undefined || schemes.length === 0 || schemes.includes(chosen)) return;
  throw new ConfigError(
    `DID_FINDER_DEFAULT_SCHEME is ${shown(chosen)}: ` +
      `allowed is one of VALID_DID_SCHEMES (${schemes.join(", ")}).`,
  );
}
