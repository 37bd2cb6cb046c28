import type { Query } from "../../db/client.ts";
import type { Deps } from "../../deps.ts";
import { TooManyError } from "../../errors.ts";
import { hasMoreOpen } from "./open-requests-store.ts";

/**
 * Throws 429 where a person has one open request too many, counting what this transaction has
 * opened. Without identity there is no limit.
 */
export async function limitOpenRequests(
  { config }: Deps<"config">,
  query: Query,
  owner: string,
): Promise<void> {
  const most = config.identity?.openRequests;
  if (most === undefined || !(await hasMoreOpen(query, owner, most))) return;
  throw new TooManyError(
    "too_many_open_requests",
    `At most ${most} requests of a person may be open at once (OPEN_REQUESTS): wait until one ` +
      "has ended, or cancel one.",
  );
}
