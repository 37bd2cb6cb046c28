import type { IncomingMessage } from "node:http";
import { facadeKey } from "../../auth/keys/facade-key.ts";
import { hashOf, sameHash } from "../../auth/secret-text.ts";
import type { Context } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { type Action, assertMay } from "../../users/policy.ts";
import { noKey } from "./errors.ts";

/** Who calls, and what of the tape system they reach. */
export interface TapeCaller {
  kind: "key";
  /** whose requests are made */
  owner: string;
  /** id of the key; empty: that of AUTH_KEY */
  key: string;
  name: string;
  /** undefined: all that may be recalled */
  roots: readonly string[] | undefined;
  mostFiles: number | undefined;
}

type Needed = Pick<Context, "clientAddress" | "config" | "log" | "people" | "rates" | "userCache">;

/** By the header X-API-KEY; throws 401 for one that is wrong, which counts for its address. */
export async function tapeCaller(
  ctx: Needed,
  request: IncomingMessage,
  access: Action,
): Promise<TapeCaller> {
  const text = request.headers["x-api-key"];
  const caller = typeof text === "string" && text !== "" ? await holderOf(ctx, text) : undefined;
  if (caller === undefined) {
    await ctx.rates.failed(() => ctx.clientAddress(request) ?? "");
    throw noKey();
  }
  assertMay(caller, access);
  return caller;
}

async function holderOf(ctx: Needed, text: string): Promise<TapeCaller | undefined> {
  const { authKey } = ctx.config.tape;
  if (!ctx.config.enableAuth)
    return authKey !== undefined && sameHash(hashOf(text), hashOf(authKey)) ? ofSetting : undefined;
  try {
    const found = await facadeKey(ctx, text, "tape");
    if (!found) return undefined;
    const { id, ...rest } = found;
    return { kind: "key", key: id, ...rest };
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) return undefined;
    throw error;
  }
}

const ofSetting: TapeCaller = {
  kind: "key",
  owner: "local",
  key: "",
  name: "AUTH_KEY",
  roots: undefined,
  mostFiles: undefined,
};
