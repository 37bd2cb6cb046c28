// Tokens of workers: JSON Web Tokens that say which files a worker may claim and report, and until
// when. They are signed with a key derived from the service's key, so that every process accepts
// them and nothing is stored.
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { RequestError } from "../errors.ts";
import { deriveKey } from "../secrets.ts";
import type { Caller, WorkScope } from "./caller.ts";

export interface WorkTokens {
  issue(scope: WorkScope, lifetimeSeconds: number): Promise<string>;
  /** Throws 401 for a token that is wrong or has expired. */
  verify(token: string): Promise<Caller>;
}

const audience = "longshore-work";
const typ = "longshore-work+jwt";
const rules = { audience, typ, algorithms: ["HS256"], requiredClaims: ["exp"] };
const claims = z.object({
  exp: z.number(),
  operations: z.array(z.string()).optional(),
  request: z.string().optional(),
});

/** Each token is verified once a minute, since a worker makes thousands of calls with it. */
const cacheMilliseconds = 60_000;
const mostCached = 10_000;

/** `serviceKeys`: the first signs, all verify. */
export function makeWorkTokens(serviceKeys: readonly [Buffer, ...Buffer[]]): WorkTokens {
  const keys = serviceKeys.map(keyOf);
  const verified = new Map<string, { caller: Caller; until: number }>();

  return {
    issue: ({ operations, request }, lifetimeSeconds) =>
      new SignJWT({ ...(operations && { operations }), ...(request && { request }) })
        .setProtectedHeader({ alg: "HS256", typ })
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + lifetimeSeconds)
        .sign(keyOf(serviceKeys[0])),
    async verify(token) {
      const known = verified.get(token);
      if (known && Date.now() < known.until) return known.caller;
      const { exp, operations, request } = claims.parse(await payloadOf(token));
      const scope = { ...(operations && { operations }), ...(request && { request }) };
      const caller: Caller = { kind: "worker", scope };
      verified.set(token, {
        caller,
        until: Math.min(exp * 1000, Date.now() + cacheMilliseconds),
      });
      if (verified.size > mostCached) verified.delete(verified.keys().next().value ?? "");
      return caller;
    },
  };

  async function payloadOf(token: string): Promise<unknown> {
    for (const key of keys) {
      try {
        return (await jwtVerify(token, key, rules)).payload;
      } catch (error) {
        if (error instanceof errors.JWTExpired)
          throw unauthorized("expired_token", "The worker's token has expired; get a new one.");
        // Another key may have signed it.
        if (!(error instanceof errors.JOSEError)) throw error;
      }
    }
    throw unauthorized(
      "bad_token",
      "The token is not a worker's token of this service. " +
        "Send the right one, or none if identity is off.",
    );
  }
}

/** By what it says of itself: which tokens it is to be verified with. */
export function isWorkToken(token: string): boolean {
  try {
    return decodeProtectedHeader(token).typ === typ;
  } catch {
    return false;
  }
}

function keyOf(serviceKey: Buffer): Buffer {
  return deriveKey(serviceKey, "longshore work tokens 1");
}

function unauthorized(code: string, sentence: string): RequestError {
  return new RequestError(401, code, sentence);
}
