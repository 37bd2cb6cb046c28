import { randomBytes } from "node:crypto";
import { bearerOf } from "../../../auth/authenticate.ts";
import { refresh } from "../../../auth/tokens/refresh.ts";
import { RequestError } from "../../../errors.ts";
import type { Call, Endpoint } from "../../endpoint.ts";

const headers = { "cache-control": "no-store" };
const lifetimeSeconds = 6 * 3_600;

/** An access token for an API token, which ServiceX calls a refresh token. */
export const refreshToken: Endpoint = {
  method: "post",
  path: "/token/refresh",
  access: "session.begin",
  async answer(call) {
    try {
      const body = call.ctx.config.enableAuth ? await accessToken(call) : tokenOfNobody();
      return { status: 200, headers, body };
    } catch (error) {
      if (!(error instanceof RequestError && error.status === 401)) throw error;
      // ServiceX's clients show the message; ours say by the code what to do.
      const { status, message, code } = error;
      return { status, headers, body: { message, code } };
    }
  },
};

async function accessToken({ ctx, request }: Call) {
  const token = bearerOf(request);
  if (token === undefined)
    throw new RequestError(
      401,
      "unauthorized",
      "Missing Authorization Header: send `Authorization: Bearer <API token>`.",
    );
  const { accessToken, expiresInSeconds } = await refresh(ctx, token);
  return { access_token: accessToken, auth_disabled: false, expires_in: expiresInSeconds };
}

/**
 * With identity off a client whose settings still name a token of its old facility goes on working:
 * it wants a JWT with an end. Nothing here ever accepts this one: its signature is made of random
 * bytes.
 */
function tokenOfNobody() {
  return {
    message: "Authentication is disabled on this instance",
    access_token: emptyToken(Date.now()),
    auth_disabled: true,
  };
}

function emptyToken(now: number): string {
  const issued = Math.floor(now / 1_000);
  const header = encoded({ alg: "HS256", typ: "JWT" });
  const claims = encoded({
    sub: "authentication_disabled",
    type: "access",
    iat: issued,
    nbf: issued,
    exp: issued + lifetimeSeconds,
  });
  return `${header}.${claims}.${randomBytes(32).toString("base64url")}`;
}

function encoded(part: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
