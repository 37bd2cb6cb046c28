import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { recordAct } from "../../users/acts.ts";
import { hashOf, sameHash } from "../secret-text.ts";
import { revoke, tokenHash } from "./token-store.ts";

/**
 * Whoever holds an API token may end it, whatever it lets them do else. One that is wrong or has
 * ended is good for nothing, as is wished (RFC 7009).
 */
export async function revokeHeld(ctx: Deps<"people" | "tokenKeys">, text: string): Promise<void> {
  const claims = await ctx.tokenKeys.verify("refresh", text).catch((error: unknown) => {
    if (error instanceof RequestError && error.status === 401) return undefined;
    throw error;
  });
  if (!claims) return;
  const { sub: owner, jti: id } = claims;
  await ctx.people.write(async (db) => {
    const hash = await tokenHash(db, id);
    if (!hash || !sameHash(hash, hashOf(text)) || !(await revoke(db, id, owner))) return;
    const by = { kind: "system", name: "holder of the token" } as const;
    await recordAct(db, by, { act: "token.revoke", subject: id, detail: { owner } });
  });
  ctx.people.changed(owner);
}
