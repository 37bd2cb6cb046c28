import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import type { Caller } from "../caller.ts";
import type { KeyFacts } from "../facts-store.ts";
import { hashOf, sameHash } from "../secret-text.ts";
import { noteKeyUse } from "./key-store.ts";
import { idOfKey } from "./key-text.ts";

const noteEveryMilliseconds = 60_000;

type Needed = Deps<"log" | "people" | "userCache">;

/** Who holds this key. One of a façade opens nothing else. */
export async function callerOfKey(ctx: Needed, text: string): Promise<Caller> {
  const key = await goodKey(ctx, text);
  if (key.facade !== undefined)
    throw refused("bad_key", `The key opens the façade ${key.facade} alone.`);
  return key.owner === undefined
    ? { kind: "peer", name: key.name }
    : { kind: "key", owner: key.owner };
}

/**
 * Throws 401 for a key that is none. One that is revoked has ended at once, in all processes; that
 * of a person ends with their account.
 */
export async function goodKey(ctx: Needed, text: string): Promise<KeyFacts> {
  const id = idOfKey(text);
  const key = id === undefined ? undefined : await ctx.userCache.key(id);
  if (!key || !sameHash(hashOf(text), key.hash))
    throw refused("bad_key", "The key is not one of this service.");
  if (key.revoked) throw refused("revoked_key", "The key is revoked: ask for another.");
  const now = Date.now();
  if (key.expiresAt !== undefined && key.expiresAt.getTime() < now)
    throw refused("expired_key", "The key has expired: ask for another.");
  if (key.owner !== undefined && (await ctx.userCache.user(key.owner))?.state !== "approved")
    throw refused("revoked_key", "The account that this key belongs to is not approved.");
  if (now - (key.lastUsedAt?.getTime() ?? 0) > noteEveryMilliseconds)
    ctx.people
      .write((db) => noteKeyUse(db, key.id))
      .catch((error: Error) => ctx.log.debug({ err: error }, "the use of a key was not noted"));
  return key;
}

function refused(code: string, sentence: string): RequestError {
  return new RequestError(401, code, sentence);
}
