// How many calls a minute are taken from a person, and from an address of those without a name.
// Counted in this process alone: with several, each takes so many.
import ipaddr from "ipaddr.js";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { TooManyError } from "../errors.ts";
import type { IdentityConfig } from "../settings/identity.ts";
import type { Action } from "../users/policy.ts";
import { type Caller, ownerOf } from "./caller.ts";

export interface Rates {
  /** Counts a call. Rejects with 429 where it is one too many. */
  take(caller: Caller, action: Action, address: () => string): Promise<void>;
  /** Counts a call whose credential was refused, as one without a name. Rejects with 429. */
  failed(address: () => string): Promise<void>;
}

type Count = (key: string) => Promise<void>;

const seconds = 60;
/** Callers whose calls are not counted: the service's own user, and what works for the service. */
const uncounted: readonly Caller["kind"][] = ["local", "worker", "internal"];

/** `limits`: undefined without identity, where every caller is the local one. */
export function makeRates(limits: IdentityConfig["rates"] | undefined): Rates {
  const ofUser = makeCount(limits?.user, "person", "RATE_USER");
  const ofAddress = makeCount(limits?.address, "address", "RATE_ADDRESS");
  const ofFacade = makeFacadeCount();
  const failed: Rates["failed"] = async (address) => ofAddress?.(networkOf(address()));
  return {
    failed,
    async take(caller, action, address) {
      if (action === "service.health" || uncounted.includes(caller.kind)) return;
      const owner = ownerOf(caller);
      const isNameless = owner === undefined || caller.kind === "anonymous";
      await (isNameless ? failed(address) : ofUser?.(owner));
      if (caller.kind === "anonymous" && "facade" in caller) await ofFacade(caller);
    },
  };
}

/** Undefined where any number is allowed. */
function makeCount(points: number | undefined, whose: string, setting: string): Count | undefined {
  if (!points) return undefined;
  const counted = new RateLimiterMemory({ points, duration: seconds });
  return async (key) => {
    const refused = await counted.consume(key).then(
      () => undefined,
      (result: RateLimiterRes) => result,
    );
    if (refused) throw tooMany(points, `one ${whose} (${setting})`, refused);
  };
}

type OfFacade = Extract<Caller, { facade: string }>;

/** Of all callers without a name of a façade together; the number is the façade's own. */
function makeFacadeCount(): (caller: OfFacade) => Promise<void> {
  const counted = new RateLimiterMemory({ points: 1, duration: seconds });
  return async ({ facade, callsAMinute }) => {
    const made = await counted.penalty(facade, 1);
    if (made.consumedPoints > callsAMinute)
      throw tooMany(callsAMinute, `all callers of ${facade} without a name together`, made);
  };
}

function tooMany(most: number, whose: string, { msBeforeNext }: RateLimiterRes): TooManyError {
  const wait = Math.max(1, Math.ceil(msBeforeNext / 1000));
  return new TooManyError(
    "too_many_calls",
    `At most ${most} calls a minute are taken from ${whose}; the next is taken in ${wait} seconds.`,
    wait,
  );
}

/** Whoever has one IPv6 address has a whole network of them, which the first half names. */
function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(":") : parsed.toString();
}
