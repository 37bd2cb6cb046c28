import type { Deps } from "../deps.ts";
import { renewLookup } from "./lookup-store.ts";

export interface LookupLease {
  /** aborts when the service stops, the lease is lost or the lookup has ended */
  signal: AbortSignal;
  /** seconds since the lease was last renewed, which are not counted yet */
  worked(): number;
  release(): void;
}

/** Renews the lease of a lookup, and counts how long it is worked on. */
export function keepLease(
  ctx: Deps<"config" | "db" | "log">,
  id: number,
  token: string,
  stopping: AbortSignal,
): LookupLease {
  const lost = new AbortController();
  const { leaseSeconds } = ctx.config;
  let counted = performance.now();
  const renewing = setInterval(renew, leaseSeconds * 300);
  return {
    signal: AbortSignal.any([stopping, lost.signal]),
    worked: () => (performance.now() - counted) / 1000,
    release: () => clearInterval(renewing),
  };

  async function renew(): Promise<void> {
    const now = performance.now();
    const worked = (now - counted) / 1000;
    try {
      const ours = await renewLookup(ctx.db.query, id, token, { leaseSeconds, worked });
      counted = now;
      if (!ours) lost.abort();
    } catch (error) {
      ctx.log.debug(
        { err: error, dataset: id },
        "a lookup's lease was not renewed; trying again soon",
      );
    }
  }
}
