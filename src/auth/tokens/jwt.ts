// The two tokens of people, as JSON Web Tokens of one algorithm: the API token, which ServiceX
// calls a refresh token, and the access token, which it is exchanged for.
import { hkdfSync } from "node:crypto";
import type { JwtPayload, VerifyOptions } from "jsonwebtoken";
import { z } from "zod";
import type { Config } from "../../config.ts";
import { RequestError } from "../../errors.ts";
import { deriveKey, type SigningKeys } from "../../secrets.ts";
import { scopes } from "../caller.ts";

export type TokenKind = "access" | "refresh";

export interface TokenClaims {
  /** the user's id */
  sub: string;
  jti: string;
  /** of an access token: the API token that it was given for */
  tid?: string | undefined;
  scopes: (typeof scopes)[number][];
  /** seconds; undefined: it does not end */
  exp?: number | undefined;
}

export interface TokenKeys {
  /** names the key that signs now */
  keyId: string;
  sign(kind: TokenKind, claims: TokenClaims): Promise<string>;
  /** Throws 401 for a token that is wrong, of the other kind, or has expired. */
  verify(kind: TokenKind, text: string): Promise<TokenClaims>;
}

const issuer = "longshore";
const audience = "longshore-api";
const types: Record<TokenKind, string> = {
  access: "longshore-access+jwt",
  refresh: "longshore-refresh+jwt",
};
/** Clocks of several machines differ a little. */
const rules = {
  algorithms: ["HS256"],
  issuer,
  audience,
  clockTolerance: 5,
} satisfies VerifyOptions;

/** No token of ours is half as long. */
const mostCharacters = 4_096;

const claimsOf = z.object({
  type: z.enum(["access", "refresh"]),
  sub: z.string().min(1),
  jti: z.uuid(),
  tid: z.uuid().optional(),
  scopes: z.array(z.enum(scopes)),
  exp: z.number().optional(),
});

/** JWT_SECRET_KEY, or the service's own keys: keys of one purpose prove nothing of another. */
export function tokenSecrets(
  { identity }: Pick<Config, "identity">,
  serviceKeys: SigningKeys,
): SigningKeys {
  const [newest, ...older] = (identity?.tokenKeys ?? []).map((key) => Buffer.from(key));
  return newest ? [newest, ...older] : serviceKeys;
}

/** `secrets`: the first signs, all verify. */
export function makeTokenKeys(secrets: SigningKeys): TokenKeys {
  const keys = new Map(secrets.map((secret) => [keyIdOf(secret), keyOf(secret)]));
  const [newest] = secrets;
  const keyId = keyIdOf(newest);

  return {
    keyId,
    async sign(kind, { exp, ...claims }) {
      const { default: jwt } = await import("jsonwebtoken");
      const now = Math.floor(Date.now() / 1_000);
      const payload = { fresh: false, type: kind, iat: now, nbf: now, ...claims };
      return jwt.sign({ ...payload, ...(exp !== undefined && { exp }) }, keyOf(newest), {
        algorithm: "HS256",
        issuer,
        audience,
        header: { alg: "HS256", typ: types[kind], kid: keyId },
      });
    },
    async verify(kind, text) {
      const { header, payload } = await verified(text, keys);
      const claims = claimsOf.safeParse(payload);
      if (!claims.success) throw badToken();
      if (header.typ !== types[kind] || claims.data.type !== kind) throw wrongKind(kind);
      return claims.data;
    },
  };
}

async function verified(text: string, keys: ReadonlyMap<string, Buffer>) {
  if (text.length > mostCharacters) throw badToken();
  const { default: jwt } = await import("jsonwebtoken");
  const key = keys.get(keyNamed(text) ?? "");
  if (!key) throw badToken();
  try {
    const { header, payload } = jwt.verify(text, key, { ...rules, complete: true });
    return { header, payload: payload as JwtPayload };
  } catch (error) {
    if (error instanceof jwt.TokenExpiredError) throw expired();
    if (error instanceof jwt.JsonWebTokenError) throw badToken();
    throw error;
  }
}

/** What a token itself says, before anything is verified. */
function keyNamed(text: string): string | undefined {
  try {
    const header = JSON.parse(Buffer.from(text.split(".")[0] ?? "", "base64url").toString());
    return typeof header?.kid === "string" ? header.kid : undefined;
  } catch {
    return undefined;
  }
}

/** Derived like the key itself, so that it tells nothing of it and needs no table. */
function keyIdOf(secret: Buffer): string {
  return Buffer.from(hkdfSync("sha256", secret, "", "longshore API token key id 1", 8)).toString(
    "hex",
  );
}

function keyOf(secret: Buffer): Buffer {
  return deriveKey(secret, "longshore API tokens 1");
}

function expired(): RequestError {
  return new RequestError(
    401,
    "expired_token",
    "The token has expired. Get a new access token for your API token; if that has expired, make " +
      "another one on the website.",
  );
}

function badToken(): RequestError {
  return new RequestError(
    401,
    "bad_token",
    "The token is not one of this service, or its key is no longer in use. Make another one on " +
      "the website.",
  );
}

function wrongKind(wanted: TokenKind): RequestError {
  return wanted === "access"
    ? new RequestError(
        401,
        "not_access_token",
        "This is an API token: send it to /token/refresh, and use the access token given for it.",
      )
    : new RequestError(
        401,
        "not_refresh_token",
        "This is an access token: send the API token, for which access tokens are given.",
      );
}
