// Settings that are valid alone, and contradict each other.
import { ConfigError, shown } from "./config-error.ts";
import { isLoopback } from "./is-loopback.ts";

export function refuseSignIn(enableAuth: boolean, host: string): void {
  if (!enableAuth) return;
  const cause = isLoopback(host)
    ? "ENABLE_AUTH is true"
    : `HOST is ${shown(host)}, which is not loopback, so ENABLE_AUTH is true`;
  throw new ConfigError(
    `${cause}: sign-in is not part of this version. Allowed is ENABLE_AUTH=false with HOST at a ` +
      "loopback address such as 127.0.0.1, where nobody else can reach the service.",
  );
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
