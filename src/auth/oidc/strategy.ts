// The two calls of a sign-in: the one that leaves for the provider, and the one by which the
// provider sends the browser back. Passport runs them; what they need to know in between is a row
// for each tab, which the browser's cookie and the state in the address together find.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Request, Response } from "express";
import { identityOff } from "../../db/people.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { returnTo } from "../../settings/return-to.ts";
import { cookieOf, cookiesOf, setCookie } from "../cookies.ts";
import { addPending, takePending } from "../pending-store.ts";
import { hashOf, newSecret } from "../secret-text.ts";
import { allTokens, identitiesOf, type SignedIn, type Tokens } from "./identities.ts";
import type { Discovered, Provider } from "./provider.ts";
import { providerProblem, wordsOf } from "./provider-problem.ts";

type Needed = Deps<"config" | "log" | "people" | "provider" | "urls">;

export interface Arrived {
  who: SignedIn;
  returnTo: `/${string}`;
}

export const callbackPath = "/auth-callback";
const pendingSeconds = 600;

/** Sends the browser to the provider; resolves when it is told so. */
export async function leaveForProvider(
  ctx: Needed,
  request: Request,
  response: ServerResponse,
  back: string | undefined,
): Promise<void> {
  const provider = providerOf(ctx);
  const leave = () => begin(ctx, provider, { request, response, back: returnTo(back) });
  await authenticate(request, response, leave);
}

/** Who the provider says has come back. Throws what the person is told instead. */
export async function comeBack(
  ctx: Needed,
  request: Request,
  response: ServerResponse,
): Promise<Arrived> {
  const provider = providerOf(ctx);
  const arrived = await authenticate(request, response, () => finish(ctx, provider, request));
  if (!arrived) throw unknownSignIn();
  return arrived;
}

/** Before anything is loaded that only sign-in needs. */
function providerOf({ config, provider }: Deps<"config" | "provider">): Provider {
  if (!config.identity) throw identityOff();
  if (provider) return provider;
  throw new RequestError(
    409,
    "no_provider",
    "Nobody signs in here: this service has no provider of sign-in (OIDC_CLIENT_ID). It knows " +
      "people by their API tokens.",
  );
}

/** Undefined: the browser was redirected. */
async function authenticate(
  request: Request,
  response: ServerResponse,
  work: () => Promise<URL | Arrived>,
): Promise<Arrived | undefined> {
  const { default: passport } = await import("passport");

  class OidcStrategy extends passport.Strategy {
    override name = "oidc";
    override authenticate(): void {
      work()
        .then((done) => (done instanceof URL ? this.redirect(done.href, 303) : this.success(done)))
        .catch((error: unknown) => this.error(error));
    }
  }

  return new Promise((resolve, reject) => {
    response.once("close", () => resolve(undefined));
    const answered = (error: unknown, arrived?: unknown) =>
      error ? reject(error as Error) : resolve((arrived || undefined) as Arrived | undefined);
    const run = passport.authenticate(new OidcStrategy(), { session: false }, answered);
    run(request, response as Response, reject);
  });
}

async function begin(
  ctx: Needed,
  provider: Provider,
  call: { request: IncomingMessage; response: ServerResponse; back: string },
): Promise<URL> {
  const { request, response, back } = call;
  const { openid, configuration } = await provider.discovered();
  const cookie = cookieOf(ctx, "sign-in");
  const browser = browserIn(ctx, request) ?? newSecret();
  const [state, nonce, verifier] = [newSecret(), newSecret(), openid.randomPKCECodeVerifier()];
  const now = Date.now();
  await ctx.people.write((db) =>
    addPending(db, {
      stateHash: hashOf(state),
      browserHash: hashOf(browser),
      nonce,
      verifier,
      returnTo: back,
      now: new Date(now),
      expiresAt: new Date(now + pendingSeconds * 1_000),
    }),
  );
  response.setHeader("set-cookie", setCookie(cookie, browser, pendingSeconds));
  response.setHeader("cache-control", "no-store");
  return openid.buildAuthorizationUrl(configuration, {
    redirect_uri: callbackUrl(ctx),
    scope: provider.settings.scopes,
    state,
    nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
}

async function finish(ctx: Needed, provider: Provider, request: IncomingMessage): Promise<Arrived> {
  const answered = new URL(callbackUrl(ctx));
  answered.search = request.url?.split("?").slice(1).join("?") ?? "";
  const state = answered.searchParams.get("state") ?? "";
  const pending = await ctx.people.write((db) =>
    takePending(db, {
      stateHash: hashOf(state),
      browserHash: hashOf(browserIn(ctx, request) ?? ""),
      now: new Date(),
    }),
  );
  if (!pending) throw unknownSignIn();
  const refusal = answered.searchParams.get("error");
  if (refusal !== null) throw refused(provider, refusal);
  const discovered = await provider.discovered();
  const { openid, configuration } = discovered;
  try {
    const tokens = await openid.authorizationCodeGrant(configuration, answered, {
      expectedState: state,
      expectedNonce: pending.nonce,
      pkceCodeVerifier: pending.verifier,
      idTokenExpected: true,
    });
    try {
      const who = await identitiesOf(provider, discovered, tokens);
      return { who, returnTo: returnTo(pending.returnTo) };
    } finally {
      await giveBack(ctx, discovered, tokens);
    }
  } catch (error) {
    ctx.log.warn({ provider: provider.host, reason: wordsOf(error) }, "a sign-in failed");
    throw providerProblem(openid, provider.host, error);
  }
}

/** Nothing here uses the provider's tokens any more. One that it does not end, ends by itself. */
async function giveBack(
  { log }: Deps<"log">,
  { openid, configuration }: Discovered,
  tokens: Tokens,
): Promise<void> {
  if (configuration.serverMetadata().revocation_endpoint === undefined) return;
  const revoked = await Promise.allSettled(
    allTokens(tokens).map(({ token }) => openid.tokenRevocation(configuration, token)),
  );
  for (const one of revoked)
    if (one.status === "rejected")
      log.debug({ reason: wordsOf(one.reason) }, "the provider did not revoke a token");
}

/** The secret of this browser, which lasts as long as a sign-in may take. */
function browserIn(ctx: Deps<"urls">, { headers }: IncomingMessage): string | undefined {
  const found = cookiesOf(headers.cookie, cookieOf(ctx, "sign-in").name);
  return found.find((value) => /^[\w-]{43}$/.test(value));
}

/** As the provider knows it: never of what a call says of itself. */
function callbackUrl({ urls }: Deps<"urls">): string {
  return `${urls.public()}${callbackPath}`;
}

function unknownSignIn(): RequestError {
  return new RequestError(
    400,
    "unknown_sign_in",
    "No such sign-in is under way in this browser: it was finished already, took longer than ten " +
      "minutes, or began in another browser. Sign in again.",
  );
}

/** Other texts of an address than these words are not shown. */
const refusalWords = /^[a-z_]{1,40}$/;

function refused({ host }: Provider, error: string): RequestError {
  if (error === "access_denied")
    return new RequestError(
      403,
      "sign_in_refused",
      `At ${host} this service was not allowed to know who you are, so nobody was signed in. To ` +
        "use it, sign in again and allow that.",
    );
  const why = refusalWords.test(error) ? ` (${error})` : "";
  return new RequestError(
    400,
    "sign_in_failed",
    `${host} has ended the sign-in${why}. Sign in again; if that does not help, tell the ` +
      "administrators of this service.",
  );
}
