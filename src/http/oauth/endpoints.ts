import type { IncomingMessage } from "node:http";
import { scopes as allScopes, type Scope } from "../../auth/caller.ts";
import { beginDevice } from "../../auth/device/begin.ts";
import { firstWaitSeconds, pollDevice } from "../../auth/device/poll.ts";
import { refresh } from "../../auth/tokens/refresh.ts";
import { revokeHeld } from "../../auth/tokens/revoke-held.ts";
import { identityOff } from "../../db/people.ts";
import type { Context } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import type { Action } from "../../users/policy.ts";
import type { Reply } from "../route.ts";
import { invalidRequest } from "./errors.ts";
import { type Fields, optional, readOnce, required } from "./fields.ts";

export interface OauthEndpoint {
  method: "get" | "post";
  path: `/${string}`;
  /** what a call does, by which users/policy.ts says who may make it */
  access: Action;
  answer(ctx: Context, request: IncomingMessage): Promise<Reply> | Reply;
}

export const wellKnown = "/.well-known/oauth-authorization-server";
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

const metadata: OauthEndpoint = {
  method: "get",
  path: wellKnown,
  access: "service.read",
  answer({ config, urls }) {
    if (!config.identity) throw identityOff();
    const url = urls.public();
    return {
      status: 200,
      headers: { "cache-control": "no-store" },
      body: {
        issuer: url,
        device_authorization_endpoint: `${url}/oauth/device_authorization`,
        token_endpoint: `${url}/oauth/token`,
        revocation_endpoint: `${url}/oauth/revoke`,
        grant_types_supported: [deviceGrant, "refresh_token"],
        response_types_supported: [],
        scopes_supported: allScopes,
        token_endpoint_auth_methods_supported: ["none"],
        revocation_endpoint_auth_methods_supported: ["none"],
      },
    };
  },
};

const deviceAuthorization: OauthEndpoint = {
  method: "post",
  path: "/oauth/device_authorization",
  access: "session.begin",
  async answer(ctx, request) {
    const fields = await fieldsOf(ctx, request);
    if (!ctx.config.identity?.signIn) throw noSignIn();
    const client = clientOf(fields);
    const scopes = scopesOf(optional(fields, "scope") ?? "read submit");
    const address = ctx.clientAddress(request) ?? "unknown";
    const { deviceCode, userCode, expiresInSeconds } = await beginDevice(ctx, {
      client,
      scopes,
      address,
    });
    const page = `${ctx.urls.public()}/device`;
    return ok({
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: page,
      verification_uri_complete: `${page}?code=${userCode}`,
      expires_in: expiresInSeconds,
      interval: firstWaitSeconds,
    });
  },
};

const token: OauthEndpoint = {
  method: "post",
  path: "/oauth/token",
  access: "session.begin",
  async answer(ctx, request) {
    const fields = await fieldsOf(ctx, request);
    const grant = required(fields, "grant_type");
    if (grant === "refresh_token") return refreshed(ctx, required(fields, "refresh_token"));
    if (grant !== deviceGrant)
      throw new RequestError(
        400,
        "unsupported_grant_type",
        `Possible are ${deviceGrant} and refresh_token.`,
      );
    const given = await pollDevice(ctx, {
      deviceCode: required(fields, "device_code"),
      client: clientOf(fields),
      address: ctx.clientAddress(request),
    }).catch(refusedPerson);
    return ok({
      access_token: given.accessToken,
      token_type: "Bearer",
      expires_in: given.expiresInSeconds,
      refresh_token: given.apiToken,
      scope: given.scopes.join(" "),
    });
  },
};

const revocation: OauthEndpoint = {
  method: "post",
  path: "/oauth/revoke",
  access: "session.begin",
  async answer(ctx, request) {
    await revokeHeld(ctx, required(await fieldsOf(ctx, request), "token"));
    return ok({});
  },
};

export const oauthEndpoints: OauthEndpoint[] = [metadata, deviceAuthorization, token, revocation];

async function fieldsOf({ config }: Context, request: IncomingMessage): Promise<Fields> {
  if (!config.identity) throw identityOff();
  return readOnce(request);
}

async function refreshed(ctx: Context, apiToken: string): Promise<Reply> {
  const { accessToken, expiresInSeconds } = await refresh(ctx, apiToken).catch((error: unknown) => {
    if (!(error instanceof RequestError && error.status === 401)) throw error;
    throw new RequestError(400, "invalid_grant", error.message);
  });
  return ok({ access_token: accessToken, token_type: "Bearer", expires_in: expiresInSeconds });
}

/** Nobody could approve it: that takes a session, which a sign-in alone makes. */
function noSignIn(): RequestError {
  return new RequestError(
    409,
    "no_sign_in",
    "Nobody can sign in to this service in a browser (OIDC_CLIENT_ID is not set): ask an " +
      "administrator for an API token, and keep it with longshore login --paste.",
  );
}

/** The account of who approved was suspended meanwhile, for example. */
function refusedPerson(error: unknown): never {
  if (error instanceof RequestError && [401, 403, 409].includes(error.status))
    throw new RequestError(400, "access_denied", error.message);
  throw error;
}

/** Programs need no registration: this is what the person sees, and what their token is called. */
function clientOf(fields: Fields): string {
  const client = required(fields, "client_id").trim();
  if (/^[^\p{C}]{1,60}$/u.test(client)) return client;
  throw invalidRequest(
    "client_id names the program for its user: expected are 1 to 60 characters without control " +
      "characters.",
  );
}

function scopesOf(text: string): Scope[] {
  const named = text.split(" ").filter((word) => word !== "");
  const known = allScopes.filter((scope) => named.includes(scope));
  if (known.length > 0 && named.every((word) => known.some((scope) => scope === word)))
    return known;
  throw new RequestError(
    400,
    "invalid_scope",
    `Possible scopes are ${allScopes.join(", ")}, separated by blanks.`,
  );
}

function ok(body: object): Reply {
  return { status: 200, headers: { "cache-control": "no-store", pragma: "no-cache" }, body };
}
