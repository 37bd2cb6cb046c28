// Settings that are valid alone, and contradict each other.
import { ConfigError, shown } from "./config-error.ts";
import { isLoopback } from "./is-loopback.ts";

/** What of the settings says who may use the service, and where. */
interface Choices {
  HOST: string;
  INTERNAL_PORT?: number | undefined;
  OPS_PORT?: number | undefined;
  OPS_URL?: string | undefined;
  PUBLIC_URL?: string | undefined;
  ROLES: readonly string[];
  ENABLE_AUTH?: boolean | undefined;
  ALLOW_ANYONE: boolean;
  OIDC_ISSUER: string;
  OIDC_CLIENT_ID?: string | undefined;
  OIDC_CLIENT_SECRET?: string | undefined;
  MAILGUN_API_KEY?: string | undefined;
  MAILGUN_DOMAIN?: string | undefined;
  VALID_DID_SCHEMES: readonly string[];
  SERVICEX_ANONYMOUS?: boolean | undefined;
  ISIMIP_ANONYMOUS?: boolean | undefined;
  ISIMIP_CORS_ORIGINS: readonly string[];
}

export function refuseContradictions(set: Choices, enableAuth: boolean): void {
  const choice = {
    host: set.HOST,
    isAsked: set.ENABLE_AUTH,
    clientId: set.OIDC_CLIENT_ID,
    clientSecret: set.OIDC_CLIENT_SECRET,
    issuer: set.OIDC_ISSUER,
    allowAnyone: set.ALLOW_ANYONE,
    publicUrl: set.PUBLIC_URL,
  };
  refuseUnknownOps(set, enableAuth);
  refuseOpenFacade("SERVICEX_ANONYMOUS", set.SERVICEX_ANONYMOUS, enableAuth);
  refuseOpenFacade("ISIMIP_ANONYMOUS", set.ISIMIP_ANONYMOUS, enableAuth);
  refuseOrigins(set.ISIMIP_CORS_ORIGINS, enableAuth);
  refuseUndecided(choice);
  if (enableAuth) {
    refuseHalfSignIn(choice);
    refuseHalfMail(set.MAILGUN_API_KEY, set.MAILGUN_DOMAIN);
    refuseShutOutFinders(set.VALID_DID_SCHEMES, set.INTERNAL_PORT);
  } else refuseOpenAddress(set.ALLOW_ANYONE, set.HOST);
}

interface IdentityChoice {
  host: string;
  /** ENABLE_AUTH as it is set */
  isAsked: boolean | undefined;
  clientId: string | undefined;
  clientSecret: string | undefined;
  issuer: string;
  allowAnyone: boolean;
  publicUrl: string | undefined;
}

/** Of a service that can be reached by others, somebody has to say who may use it. */
function refuseUndecided({ host, isAsked, clientId }: IdentityChoice): void {
  if (isLoopback(host) || isAsked !== undefined || clientId !== undefined) return;
  throw new ConfigError(
    `HOST is ${shown(host)}, which is not loopback, and nothing says who may use the service. ` +
      "Allowed is OIDC_CLIENT_ID with OIDC_CLIENT_SECRET, for sign-in; ENABLE_AUTH=true, for " +
      "people with tokens alone; or ENABLE_AUTH=false with ALLOW_ANYONE=true.",
  );
}

/** Reached only with identity on. */
function refuseHalfSignIn(choice: IdentityChoice): void {
  const { host, clientId, clientSecret, issuer, allowAnyone, publicUrl } = choice;
  if (allowAnyone)
    throw new ConfigError(
      "ALLOW_ANYONE is true, and identity is on (ENABLE_AUTH): set one of them to false.",
    );
  if ((clientId === undefined) !== (clientSecret === undefined)) {
    const [set, unset] =
      clientId === undefined
        ? ["OIDC_CLIENT_SECRET", "OIDC_CLIENT_ID"]
        : ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"];
    throw new ConfigError(`${set} is set and ${unset} is not: set both, or none of them.`);
  }
  if (clientId === undefined) return;
  const { protocol, hostname } = new URL(issuer);
  if (protocol === "http:" && !isLoopback(hostname))
    throw new ConfigError(
      `OIDC_ISSUER is ${shown(issuer)}: allowed is an https:// address, since passwords of ` +
        "people depend on it (http:// on loopback alone).",
    );
  if (!isLoopback(host) && publicUrl === undefined)
    throw new ConfigError(
      `HOST is ${shown(host)}, which is not loopback, and people sign in: set PUBLIC_URL to the ` +
        "address to which the provider sends them back, such as https://longshore.example.org.",
    );
}

/** Mail needs both. Reached only with identity on. */
function refuseHalfMail(key: string | undefined, domain: string | undefined): void {
  if ((key === undefined) === (domain === undefined)) return;
  const [set, unset] =
    key === undefined
      ? ["MAILGUN_DOMAIN", "MAILGUN_API_KEY"]
      : ["MAILGUN_API_KEY", "MAILGUN_DOMAIN"];
  throw new ConfigError(`${set} is set and ${unset} is not: set both, or none of them.`);
}

/** Finders of others send no token: with identity on, a listener of their own lets them in. */
function refuseShutOutFinders(schemes: readonly string[], internalPort: number | undefined): void {
  if (schemes.length === 0 || internalPort !== undefined) return;
  throw new ConfigError(
    `VALID_DID_SCHEMES is ${shown(schemes.join(","))}, and identity is on: outside finders have ` +
      "no token, so set INTERNAL_PORT to a port that they alone can reach.",
  );
}

/** Reached only with identity off. */
function refuseOpenAddress(allowAnyone: boolean, host: string): void {
  if (allowAnyone || isLoopback(host)) return;
  throw new ConfigError(
    `HOST is ${shown(host)}, which is not loopback, and ENABLE_AUTH is false: anyone who can ` +
      "reach the service could do everything. Set HOST to a loopback address such as " +
      "127.0.0.1, or ALLOW_ANYONE=true if that is intended.",
  );
}

/** Operators sign in at their port, to which the provider has to send them back. */
function refuseUnknownOps(
  { HOST: host, OPS_PORT: port, OPS_URL: url, OIDC_CLIENT_ID: client, ROLES: roles }: Choices,
  enableAuth: boolean,
): void {
  if (url !== undefined && port === undefined)
    throw new ConfigError(
      `OPS_URL is ${shown(url)} and OPS_PORT is not set: set both, or none of them.`,
    );
  if (!enableAuth || client === undefined || !roles.includes("api")) return;
  if (port === undefined || url !== undefined || isLoopback(host)) return;
  throw new ConfigError(
    `OPS_PORT is ${port}, HOST is ${shown(host)}, which is not loopback, and people sign in: set ` +
      "OPS_URL to the address of that port to which the provider sends administrators back, such " +
      "as https://longshore-ops.example.org.",
  );
}

/** With identity off nobody has a name. */
function refuseOpenFacade(name: string, isOpen: boolean | undefined, enableAuth: boolean): void {
  if (!isOpen || enableAuth) return;
  throw new ConfigError(
    `${name} is true, and identity is off (ENABLE_AUTH): callers have no names then, ` +
      "so there is nothing to open. Unset it, or set ENABLE_AUTH=true.",
  );
}

/** With identity off every call is one of the user who started the service. */
function refuseOrigins(origins: readonly string[], enableAuth: boolean): void {
  if (origins.length === 0 || enableAuth) return;
  throw new ConfigError(
    `ISIMIP_CORS_ORIGINS is ${shown(origins.join(","))}, and identity is off (ENABLE_AUTH): a ` +
      "page of those sites could do everything in your name. Unset it, or set ENABLE_AUTH=true.",
  );
}

/** On each page. */
export const identityOff = "Identity is off: nobody signs in, and nothing is anybody’s own.";

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

/** Each port serves something else. 0: any free one. */
export function refuseSharedPorts(ports: Record<string, number | undefined>): void {
  const set = Object.entries(ports).filter(([, port]) => port !== undefined && port !== 0);
  for (const [name, port] of set) {
    const other = set.find((one) => one[1] === port && one[0] !== name);
    if (other)
      throw new ConfigError(
        `${name} and ${other[0]} are both ${port}: ` +
          "each needs a port of its own (0 is any free one).",
      );
  }
}

export function refuseStrayScheme(chosen: string | undefined, schemes: string[]): void {
  if (chosen === undefined || schemes.length === 0 || schemes.includes(chosen)) return;
  throw new ConfigError(
    `DID_FINDER_DEFAULT_SCHEME is ${shown(chosen)}: ` +
      `allowed is one of VALID_DID_SCHEMES (${schemes.join(", ")}).`,
  );
}
