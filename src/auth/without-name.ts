import type { Deps } from "../deps.ts";
import { type Action, decide } from "../users/policy.ts";
import type { Caller, Facade } from "./caller.ts";

/**
 * At a façade that takes callers without a name: one of them, for what they may do there. Everybody
 * else stays who they are.
 */
export async function atFacade(
  { config, userCache }: Deps<"config" | "userCache">,
  caller: Caller,
  facade: Facade,
  action: Action,
): Promise<Caller> {
  if (caller.kind !== "anonymous" || decide(caller, action) === "allowed") return caller;
  if (!config.identity || config.identity.anonymous[facade] === false) return caller;
  const known = await userCache.facade(facade);
  if (!known?.open || known.owner === undefined) return caller;
  const { owner, callsAMinute } = known;
  return { kind: "anonymous", owner, facade, callsAMinute };
}
