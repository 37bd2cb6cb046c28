import { randomUUID } from "node:crypto";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { callerOfUser } from "../caller-of-user.ts";
import { tokenFacts, userFacts } from "../facts-store.ts";
import { hashOf, sameHash } from "../secret-text.ts";
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
  const claims = await ctx.tokenKeys.verify("refresh", text);
  const [token, user] = await ctx.people.read(async (db) => [
    await tokenFacts(db, claims.jti),
    await userFacts(db, claims.sub),
  ]);
  // Throws for a person who was deleted, and whose token therefore is not there.
  callerOfUser(user, { by: "token" });
  if (!token || token.user !== claims.sub || !sameHash(hashOf(text), token.hash)) throw outdated();
  if (token.revoked) throw outdated();
  await ctx.people.write((db) => noteUse(db, token.id, new Date()));
  const now = Math.floor(Date.now() / 1_000);
  const end = now + (ctx.config.identity?.accessSeconds ?? 0);
  const exp = Math.min(end, claims.exp ?? end);
  const accessToken = await ctx.tokenKeys.sign("access", {
    sub: token.user,
    jti: randomUUID(),
    tid: token.id,
    scopes: [...token.scopes],
    exp,
  });
  return { accessToken, expiresInSeconds: exp - now };
}

function outdated(): RequestError {
  return new RequestError(
    401,
    "revoked_token",
    "Invalid or outdated refresh token: it was revoked or replaced. Make another one on the " +
      "website.",
  );
}
