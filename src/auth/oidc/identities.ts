// Who has signed in, by what the provider says of them.
import type { IDToken, TokenEndpointResponse, TokenEndpointResponseHelpers } from "openid-client";
import { RequestError } from "../../errors.ts";
import type { Discovered, Provider } from "./provider.ts";

export interface SignedIn {
  issuer: string;
  subject: string;
  /** other identities of the same person there, by their subjects */
  linked: string[];
  name?: string | undefined;
  email?: string | undefined;
  /** whether the provider vouches for the address as that of this very identity */
  emailVerified: boolean;
  institution?: string | undefined;
  username?: string | undefined;
  /** of Globus: whose login was used, such as a university's */
  through?: string | undefined;
}

export type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;
type Claims = Record<string, unknown>;

/** Identities of one person, at most; nobody has so many. */
const mostLinked = 100;

export async function identitiesOf(
  provider: Provider,
  discovered: Discovered,
  tokens: Tokens,
): Promise<SignedIn> {
  const token = tokens.claims();
  if (!token) throw unknownPerson(provider);
  const isGlobus = discovered.introspecting !== undefined;
  const asked = isGlobus
    ? await introspected(provider, discovered, token, tokens)
    : await userInfo(discovered, token, tokens);
  const claims: Claims = isGlobus ? token : { ...token, ...asked };
  const names = provider.settings.claims;
  const email = emailIn(claims[names.email]);
  return {
    issuer: token.iss,
    subject: token.sub,
    linked: isGlobus ? linkedIn(asked.identity_set, token.sub) : [],
    name: textIn(claims[names.name]),
    email,
    emailVerified: email !== undefined && vouchesFor(claims, email, isGlobus),
    institution: textIn(claims[names.institution]),
    username: textIn(claims.preferred_username),
    through: textIn(claims.identity_provider_display_name),
  };
}

/**
 * Globus has no word for it: it knows an address from the login it belongs to. Elsewhere the word
 * is about the claim `email`, and about no other one that a setting may name.
 */
function vouchesFor(claims: Claims, email: string, isGlobus: boolean): boolean {
  if (emailIn(claims.email) !== email) return false;
  return claims.email_verified === true || (isGlobus && claims.email_verified === undefined);
}

async function introspected(
  provider: Provider,
  { openid, introspecting }: Discovered,
  { sub }: IDToken,
  tokens: Tokens,
): Promise<Claims> {
  if (!introspecting) return {};
  const own = ownToken(tokens, new URL(provider.settings.issuer).host);
  const found = await openid.tokenIntrospection(introspecting, own, { include: "identity_set" });
  if (!found.active || found.sub !== sub) throw unknownPerson(provider);
  return found;
}

/** Globus gives a token for each of its services, in any order. */
function ownToken(tokens: Tokens, host: string): string {
  const own = allTokens(tokens).find(({ server }) => server === host);
  return own?.token ?? tokens.access_token;
}

/** All that the provider has given for this sign-in. */
export function allTokens(tokens: Tokens): { token: string; server?: unknown }[] {
  const others = Array.isArray(tokens.other_tokens) ? tokens.other_tokens : [];
  return [tokens, ...(others as Claims[])].flatMap((one: Claims) => [
    ...(typeof one.access_token === "string"
      ? [{ token: one.access_token, server: one.resource_server }]
      : []),
    ...(typeof one.refresh_token === "string" ? [{ token: one.refresh_token }] : []),
  ]);
}

async function userInfo(
  { openid, configuration }: Discovered,
  { sub }: IDToken,
  tokens: Tokens,
): Promise<Claims> {
  if (configuration.serverMetadata().userinfo_endpoint === undefined) return {};
  return openid.fetchUserInfo(configuration, tokens.access_token, sub);
}

function linkedIn(set: unknown, own: string): string[] {
  const others = (Array.isArray(set) ? set : []).filter(
    (one): one is string => typeof one === "string" && one !== own && one.length <= 300,
  );
  return [...new Set(others)].slice(0, mostLinked);
}

/** Shown on pages and to administrators; what is no such text counts as not given. */
function textIn(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  return /^[^\p{Cc}\p{Cs}]{1,300}$/u.test(text) ? text : undefined;
}

function emailIn(value: unknown): string | undefined {
  const text = textIn(value);
  return text !== undefined && /^[^\s@]+@[^\s@]+$/.test(text) ? text : undefined;
}

function unknownPerson({ host }: Provider): RequestError {
  return new RequestError(
    400,
    "bad_sign_in",
    `${host} does not say who has signed in, so nobody was. Sign in again; if that does not ` +
      "help, tell the administrators of this service.",
  );
}
