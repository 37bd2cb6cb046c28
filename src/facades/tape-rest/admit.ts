// Who calls: the holder of a key of this façade, or whoever may call the API.
import { bearerOf } from "../../auth/authenticate.ts";
import type { Caller } from "../../auth/caller.ts";
import { facadeKey } from "../../auth/keys/facade-key.ts";
import { isKey } from "../../auth/keys/key-text.ts";
import { hashOf, sameHash } from "../../auth/secret-text.ts";
import type { Context } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import type { Admit } from "../../http/admit.ts";
import { assertMay } from "../../users/policy.ts";

/** What a key is limited to. */
export interface KeyLimits {
  /** its id; empty: that of AUTH_KEY */
  key: string;
  name: string;
  /** folders; undefined: all that may be recalled */
  roots: readonly string[] | undefined;
  /** at once; undefined: any number */
  mostFiles: number | undefined;
}

export type LimitsOf = (caller: Caller) => KeyLimits | undefined;

type Needed = Pick<Context, "clientAddress" | "config" | "log" | "people" | "rates" | "userCache">;

/**
 * As `admit`, and takes keys of this façade, which open nothing else, by the same header.
 * `limitsOf`: of a caller that came in with one.
 */
export function makeKeyAdmit(ctx: Needed, admit: Admit): { admit: Admit; limitsOf: LimitsOf } {
  const limits = new WeakMap<Caller, KeyLimits>();

  const byKey: Admit = async (request, action, facade) => {
    const text = bearerOf(request);
    const address = () => ctx.clientAddress(request) ?? "";
    const held = text === undefined ? undefined : await holderOf(ctx, text, address);
    if (!held) return admit(request, action, facade);
    const caller: Caller = { kind: "key", owner: held.owner };
    await ctx.rates.take(caller, action, address);
    assertMay(caller, action);
    limits.set(caller, held.limits);
    return caller;
  };

  return { admit: byKey, limitsOf: (caller) => limits.get(caller) };
}

interface Held {
  owner: string;
  limits: KeyLimits;
}

/** Undefined for what is no key of this façade. Throws 401 for a key that is wrong or has ended. */
async function holderOf(
  ctx: Needed,
  text: string,
  address: () => string,
): Promise<Held | undefined> {
  const { enableAuth, tape } = ctx.config;
  if (!enableAuth) {
    const isOwn = tape.authKey !== undefined && sameHash(hashOf(text), hashOf(tape.authKey));
    return isOwn ? ofSetting : undefined;
  }
  if (!isKey(text)) return undefined;
  try {
    const found = await facadeKey(ctx, text, "tape-rest");
    if (!found) return undefined;
    const { id: key, owner, ...rest } = found;
    return { owner, limits: { key, ...rest } };
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) await ctx.rates.failed(address);
    throw error;
  }
}

const ofSetting: Held = {
  owner: "local",
  limits: { key: "", name: "AUTH_KEY", roots: undefined, mostFiles: undefined },
};
