// A real provider of OpenID Connect on loopback, with the ways of Globus Auth: it says little in
// its document, reads HTTP Basic as it is sent, signs with RS512 by a key without a name, gives a
// token for each of its services in any order, and tells linked identities by introspection.
import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import jwt from "jsonwebtoken";
import Provider, { type Configuration, type KoaContextWithOIDC } from "oidc-provider";
import { noteSecret } from "./leaks/heard.ts";

export interface AtProvider {
  sub: string;
  /** as the provider has them: null where it does not know */
  claims: Record<string, unknown>;
  /** subjects of other identities of the same person */
  linked: string[];
}

export interface IdentityProvider {
  issuer: string;
  /** settings of a service whose people sign in here */
  env: Record<string, string>;
  /** by what they type as their name */
  people: Map<string, AtProvider>;
  /** every secret it has given to the service, and those that were given back */
  given: Set<string>;
  revoked: Set<string>;
  /** what it puts into an id token instead, or the whole token */
  forge: ((claims: Record<string, unknown>) => Record<string, unknown> | string) | undefined;
  /** Begins to answer, for a service at these addresses. */
  serve(...serviceUrls: string[]): void;
  /** Answers every call with this status; undefined: as before. */
  fail(status: number | undefined): void;
  close(): Promise<void>;
}

const clientId = "0a1b2c3d-0000-4000-8000-00000000f00d";
const clientSecret = "a-secret/of+the:client=";

const routes = {
  authorization: "/v2/oauth2/authorize",
  token: "/v2/oauth2/token",
  userinfo: "/v2/oauth2/userinfo",
  revocation: "/v2/oauth2/token/revoke",
  introspection: "/v2/oauth2/token/introspect",
  jwks: "/jwk.json",
  end_session: "/v2/web/logout",
};

/** `at`: another address than loopback, by TLS */
export async function openIdentityProvider(
  kind: "globus" | "plain" = "globus",
  at?: { host: string; cert: Buffer; key: Buffer },
): Promise<IdentityProvider> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let provider: Provider | undefined;
  let failing: number | undefined;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: Error) => {
      response.statusCode = 500;
      response.end(error.stack);
    });
  };
  const server = at ? createTlsServer(at, listener) : createServer(listener);
  server.listen(0, at?.host ?? "127.0.0.1");
  await once(server, "listening");
  const { address, port } = server.address() as AddressInfo;
  const issuer = `${at ? "https" : "http"}://${address}:${port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (failing !== undefined || !provider) {
      response.statusCode = failing ?? 503;
      response.end();
    } else if (request.url?.startsWith("/interaction/")) {
      await interact(made, provider, request, response);
    } else {
      await provider.callback()(request, response);
    }
  }

  const made: IdentityProvider = {
    issuer,
    env: {
      ENABLE_AUTH: "true",
      OIDC_ISSUER: issuer,
      OIDC_KIND: kind,
      OIDC_CLIENT_ID: clientId,
      OIDC_CLIENT_SECRET: clientSecret,
    },
    people: new Map(),
    given: new Set(),
    revoked: new Set(),
    forge: undefined,
    serve(...serviceUrls) {
      provider = new Provider(issuer, configuration(made, privateKey, serviceUrls, kind));
      provider.use(kind === "globus" ? asGlobus(made, privateKey) : asItIs(made, privateKey));
    },
    fail(status) {
      failing = status;
    },
    close: () => closed(server),
  };
  return made;
}

function configuration(
  { people }: IdentityProvider,
  privateKey: KeyObject,
  serviceUrls: string[],
  kind: "globus" | "plain",
): Configuration {
  const bySubject = (sub: string) => [...people.values()].find((one) => one.sub === sub);
  return {
    routes,
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: serviceUrls.map((url) => `${url}/auth-callback`),
        response_types: ["code"],
        grant_types: ["authorization_code"],
        token_endpoint_auth_method: "client_secret_basic",
        id_token_signed_response_alg: "RS512",
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "RS512", use: "sig" }] },
    enabledJWA: { idTokenSigningAlgValues: ["RS512"] },
    // Others tell a person's name and address only when they are asked for them.
    conformIdTokenClaims: kind === "plain",
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["name", "preferred_username", "organization", "identity_provider_display_name"],
    },
    scopes: ["openid", "profile", "email"],
    cookies: { keys: [randomUUID()] },
    pkce: { required: () => true },
    ttl: { AccessToken: 172_800, AuthorizationCode: 60, IdToken: 172_800, Session: 86_400 },
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = `<!doctype html><title>Sign out</title>${form}
            <button type="submit" form="op.logoutForm" name="logout" value="yes">Yes</button>`;
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = "<!doctype html><title>Signed out</title>You are signed out at the provider.";
        },
      },
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => ({ ...bySubject(sub)?.claims, sub }),
    }),
    extraTokenClaims: (_ctx, token) => {
      const person = "accountId" in token ? bySubject(String(token.accountId)) : undefined;
      if (!person) return undefined;
      const { name, email, preferred_username: username } = person.claims;
      return { name, email, username, identity_set: [person.sub, ...person.linked] };
    },
    // What the service asks for is granted by signing in.
    async loadExistingGrant({ oidc }) {
      const { client, session, provider, account } = oidc;
      const known = client && session?.grantIdFor(client.clientId);
      const granted = known && (await provider.Grant.find(known));
      if (granted) return granted;
      const grant = new provider.Grant({
        clientId: client?.clientId ?? "",
        accountId: account?.accountId ?? "",
      });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
  };
}

/** The provider's own page: a name to type, and the choice to refuse. */
async function interact(
  { people }: IdentityProvider,
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "POST") {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="en"><title>Provider</title><form method="post">
      <label>Name <input name="login"></label>
      <button name="answer" value="allow">Sign in</button>
      <button name="answer" value="deny">Refuse</button></form></html>`);
    return;
  }
  const sent = new URLSearchParams(await text(request));
  const person = people.get(sent.get("login") ?? "");
  const refused = sent.get("answer") === "deny";
  if (!person && !refused) {
    response.statusCode = 400;
    response.end("There is nobody of this name here.");
    return;
  }
  const result = refused
    ? { error: sent.get("error") ?? "access_denied", error_description: "The person refused." }
    : { login: { accountId: person?.sub ?? "" } };
  await provider.interactionFinished(request, response, result);
}

type Middleware = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>;

/** A provider that does all that its document says. */
function asItIs(made: IdentityProvider, key: KeyObject): Middleware {
  return async (ctx, next) => {
    await next();
    noteSecrets(made, ctx);
    const tokens = tokensIn(ctx);
    if (tokens && made.forge) resign(made, tokens, key);
  };
}

function asGlobus(made: IdentityProvider, key: KeyObject): Middleware {
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  return async (ctx, next) => {
    if (ctx.path === "/.well-known/openid-configuration") {
      ctx.body = documentOf(made.issuer);
      return;
    }
    const isOfClient = ctx.path.startsWith(routes.token);
    if (isOfClient && ctx.get("authorization") !== basic) {
      ctx.status = 401;
      ctx.body = { error: "invalid_client" };
      return;
    }
    // This library decodes what it reads, as RFC 6749 has it.
    if (isOfClient) ctx.req.headers.authorization = encodedBasic();
    await next();
    const tokens = tokensIn(ctx);
    if (tokens) {
      resign(made, tokens, key);
      shuffle(made, tokens);
    }
    const body = ctx.body as { error?: string; keys?: Record<string, unknown>[] } | undefined;
    if (ctx.path === routes.token && body?.error === "invalid_grant") ctx.status = 401;
    if (ctx.path === routes.jwks)
      ctx.body = { keys: body?.keys?.map(({ kid: _kid, ...rest }) => rest) };
    noteSecrets(made, ctx);
  };
}

function encodedBasic(): string {
  const pair = [clientId, clientSecret].map(encodeURIComponent).join(":");
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

function tokensIn(ctx: KoaContextWithOIDC): Record<string, unknown> | undefined {
  if (ctx.path !== routes.token || ctx.status !== 200) return undefined;
  return ctx.body as Record<string, unknown>;
}

/** The key has no name: neither has the token's. */
function resign({ forge }: IdentityProvider, tokens: Record<string, unknown>, key: KeyObject) {
  const claims = jwt.decode(String(tokens.id_token)) as Record<string, unknown>;
  const said = forge?.(claims) ?? claims;
  tokens.id_token = typeof said === "string" ? said : jwt.sign(said, key, { algorithm: "RS512" });
}

/** The token of another service of Globus comes first, its own among the others. */
function shuffle({ issuer }: IdentityProvider, tokens: Record<string, unknown>): void {
  const { access_token, scope, expires_in, token_type } = tokens;
  const own = { access_token, scope, expires_in, token_type };
  const transfer = { access_token: `transfer-${randomUUID()}`, refresh_token: randomUUID() };
  Object.assign(tokens, transfer, {
    resource_server: "transfer.api.globus.org",
    other_tokens: [{ ...own, resource_server: new URL(issuer).host }],
  });
}

function noteSecrets({ given, revoked }: IdentityProvider, ctx: KoaContextWithOIDC): void {
  const tokens = tokensIn(ctx);
  const others = (tokens?.other_tokens ?? []) as Record<string, unknown>[];
  for (const one of tokens ? [tokens, ...others] : [])
    for (const secret of [one.access_token, one.refresh_token, one.id_token])
      if (typeof secret === "string") note(given, secret);
  if (ctx.path === routes.revocation) revoked.add(String(ctx.oidc.params?.token));
}

function note(given: Set<string>, secret: string): void {
  given.add(secret);
  noteSecret("a token of the provider", secret);
}

/** Globus leaves out introspection, sign-out and PKCE, which it has. */
function documentOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}${routes.authorization}`,
    token_endpoint: `${issuer}${routes.token}`,
    userinfo_endpoint: `${issuer}${routes.userinfo}`,
    revocation_endpoint: `${issuer}${routes.revocation}`,
    jwks_uri: `${issuer}${routes.jwks}`,
    response_types_supported: ["code", "token", "token id_token", "id_token"],
    id_token_signing_alg_values_supported: ["RS512"],
    scopes_supported: ["openid", "email", "profile"],
    token_endpoint_auth_methods_supported: ["client_secret_basic"],
    subject_types_supported: ["public"],
  };
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
