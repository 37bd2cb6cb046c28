import { randomUUID } from "node:crypto";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { callerOfUser } from "../caller-of-user.ts";
import { tokenFacts, userFacts } from "../facts-store.ts";
import { hashOf, sameHash } from "../secret-text.ts";
import { importedClaims, importedKeyId, mayBeImported } from "./imported.ts";
import { noteUse } from "./token-store.ts";

export interface Refreshed {
  accessToken: string;
  expiresInSeconds: number;
}

/**
 * An access token for an API token. People whose account waits get one too, which lets them ask
 * how it stands and nothing else. Throws 401 for a token that is wrong, has ended or was replaced.
 */
export async function refresh(
  ctx: Deps<"people" | "tokenKeys" | "config">,
  text: string,
): Promise<Refreshed> {
  const claims = await claimsOf(ctx, text);
  const [token, user] = await ctx.people.read(async (db) => {
    const facts = await tokenFacts(db, claims.jti);
    return [facts, await userFacts(db, claims.sub ?? facts?.user ?? "")] as const;
  });
  // Of a token of ServiceX alone the row says whose it is
  if (claims.sub === undefined && token?.keyId !== importedKeyId) throw outdated();
  // Throws for a person who was deleted, and whose token therefore is not there.
  callerOfUser(user, { by: "token" });
  const isOwners = claims.sub === undefined || token?.user === claims.sub;
  if (!token || !isOwners || !sameHash(hashOf(text), token.hash)) throw outdated();
  if (token.revoked) throw outdated();
  await ctx.people.write((db) => noteUse(db, token.id, new Date()));
  const now = Math.floor(Date.now() / 1_000);
  const end = now + (ctx.config.identity?.accessSeconds ?? 0);
  // Ours says its end itself; one of ServiceX lasts as its row says, if that is shorter.
  const last = token.expiresAt && Math.floor(token.expiresAt.getTime() / 1_000);
  if (claims.sub === undefined && last !== undefined && last <= now) throw outdated();
  const exp = Math.min(end, claims.exp ?? end, last ?? end);
  const accessToken = await ctx.tokenKeys.sign("access", {
    sub: token.user,
    jti: randomUUID(),
    tid: token.id,
    scopes: [...token.scopes],
    exp,
  });
  return { accessToken, expiresInSeconds: exp - now };
}

interface Claims {
  jti: string;
  /** undefined: ServiceX made it, whose words for people are not ours */
  sub?: string;
  exp?: number | undefined;
}

async function claimsOf(
  { tokenKeys, config }: Deps<"tokenKeys" | "config">,
  text: string,
): Promise<Claims> {
  const key = config.identity?.importedTokenKey;
  const known =
    key !== undefined && mayBeImported(text) ? await importedClaims(key, text) : undefined;
  return known ? { jti: known.jti, exp: known.exp } : tokenKeys.verify("refresh", text);
}

function outdated(): RequestError {
  return new RequestError(
    401,
    "revoked_token",
    "Invalid or outdated refresh token: it was revoked or replaced. Make another one on the " +
      "website.",
  );
}
