import { randomBytes } from "node:crypto";
import type { Endpoint } from "../endpoint.ts";

const lifetimeSeconds = 6 * 3_600;

/**
 * With identity off a client whose settings still name a token of its old facility goes on working:
 * it wants a JWT with an end. Nothing here ever accepts this one: its signature is made of random
 * bytes.
 */
export const refreshToken: Endpoint = {
  method: "post",
  path: "/token/refresh",
  access: "service.read",
  answer: () => ({
    status: 200,
    body: {
      message: "Authentication is disabled on this instance",
      access_token: emptyToken(Date.now()),
      auth_disabled: true,
    },
  }),
};

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
