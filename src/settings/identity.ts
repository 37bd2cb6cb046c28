// The settings of identity: sign-in at a provider, tokens, sessions, proxies, messages.
import proxyAddr from "proxy-addr";
import { z } from "zod";
import type { Facade } from "../auth/caller.ts";
import { type NoticeConfig, noticeConfig, noticeSettings } from "./notices.ts";
import * as value from "./values.ts";

/** Undefined in `Config` with identity off, so that nothing uses it by mistake. */
export interface IdentityConfig extends NoticeConfig {
  /** unset: nobody signs in here, and tokens alone let people in */
  signIn?: SignInConfig | undefined;
  /** the address that makes its person an administrator, if their provider has verified it */
  adminEmail?: string | undefined;
  /** newest first: the first signs API tokens, all verify; unset: derived from the service's key */
  tokenKeys?: string[] | undefined;
  /** the key by which ServiceX signed tokens that were imported; unset: none of them is taken */
  importedTokenKey?: string | undefined;
  accessSeconds: number;
  /** of an API token that names no end; unset: it has none */
  tokenSeconds?: number | undefined;
  /** how long a session lives that is not used */
  sessionHours: number;
  /** calls a minute, of a person and of an address of callers without a name; 0: any number */
  rates: { user: number; address: number };
  /** most requests of a person that have not ended */
  openRequests: number;
  /** by the name of a façade; unset: what its row says; false: it takes none, whatever that says */
  anonymous: Record<Facade, boolean | undefined>;
  /** addresses and ranges whose X-Forwarded-For is believed */
  trustedProxies: string[];
}

export interface SignInConfig {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** `globus`: OpenID Connect with the ways of Globus Auth */
  kind: ProviderKind;
  scopes: string;
  claims: { name: string; email: string; institution: string };
}

export const providerKinds = ["globus", "plain"] as const;
export type ProviderKind = (typeof providerKinds)[number];

const yearSeconds = 31_536_000;

const claim = value.matching(/^[\w:/.#-]{1,200}$/, "the name of a claim");

export const identitySettings = {
  OIDC_ISSUER: value.httpUrl.default("https://auth.globus.org"),
  OIDC_CLIENT_ID: value.matching(/^[\x21-\x7e]{1,200}$/, "a client's id").optional(),
  OIDC_CLIENT_SECRET: value.matching(/^[\x21-\x7e]{1,500}$/, "a client's secret").optional(),
  OIDC_KIND: value.oneOf(providerKinds).optional(),
  OIDC_SCOPES: value
    .matching(
      /^(?=(.* )?openid( |$))[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
      "scopes with openid among them, separated by spaces",
    )
    .default("openid profile email"),
  OIDC_NAME_CLAIM: claim.default("name"),
  OIDC_EMAIL_CLAIM: claim.default("email"),
  OIDC_INSTITUTION_CLAIM: claim.default("organization"),
  JWT_SECRET_KEY: value.secrets.optional(),
  SERVICEX_JWT_SECRET_KEY: value.foreignSecret.optional(),
  JWT_ADMIN: value.matching(/^[^\s@]+@[^\s@]+$/, "an email address").optional(),
  // ServiceX's clients want an end of it.
  JWT_ACCESS_TOKEN_EXPIRES: value.number(60, 604_800).default(3_600),
  JWT_REFRESH_TOKEN_EXPIRES: value.secondsOrNever(3_600, 100 * yearSeconds).default(yearSeconds),
  SESSION_HOURS: value.number(0.1, 168).default(12),
  RATE_USER: value.wholeNumber(0, 1_000_000).default(6_000),
  RATE_ADDRESS: value.wholeNumber(0, 1_000_000).default(600),
  OPEN_REQUESTS: value.wholeNumber(1, 1_000_000).default(1_000),
  SERVICEX_ANONYMOUS: value.yesOrNo.optional(),
  ISIMIP_ANONYMOUS: value.yesOrNo.optional(),
  TRUSTED_PROXIES: value
    .listBy(isProxy, "addresses, ranges such as 10.0.0.0/8, or loopback and uniquelocal")
    .default([]),
  ...noticeSettings,
};

const settings = z.object(identitySettings);

export function identityConfig(set: z.output<typeof settings>): IdentityConfig {
  const { OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = set;
  const never = set.JWT_REFRESH_TOKEN_EXPIRES === "never";
  return {
    ...(clientId !== undefined &&
      clientSecret !== undefined && { signIn: signInConfig(set, { clientId, clientSecret }) }),
    adminEmail: set.JWT_ADMIN,
    tokenKeys: set.JWT_SECRET_KEY,
    importedTokenKey: set.SERVICEX_JWT_SECRET_KEY,
    accessSeconds: set.JWT_ACCESS_TOKEN_EXPIRES,
    tokenSeconds: never ? undefined : Number(set.JWT_REFRESH_TOKEN_EXPIRES),
    sessionHours: set.SESSION_HOURS,
    rates: { user: set.RATE_USER, address: set.RATE_ADDRESS },
    openRequests: set.OPEN_REQUESTS,
    anonymous: { servicex: set.SERVICEX_ANONYMOUS, isimip: set.ISIMIP_ANONYMOUS },
    trustedProxies: set.TRUSTED_PROXIES,
    ...noticeConfig(set),
  };
}

function signInConfig(
  set: z.output<typeof settings>,
  client: Pick<SignInConfig, "clientId" | "clientSecret">,
): SignInConfig {
  const isGlobus = new URL(set.OIDC_ISSUER).hostname === "auth.globus.org";
  return {
    ...client,
    issuer: set.OIDC_ISSUER,
    kind: set.OIDC_KIND ?? (isGlobus ? "globus" : "plain"),
    scopes: set.OIDC_SCOPES,
    claims: {
      name: set.OIDC_NAME_CLAIM,
      email: set.OIDC_EMAIL_CLAIM,
      institution: set.OIDC_INSTITUTION_CLAIM,
    },
  };
}

function isProxy(text: string): boolean {
  try {
    proxyAddr.compile([text]);
    return true;
  } catch {
    return false;
  }
}
