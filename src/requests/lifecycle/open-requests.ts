import type { Query } from "../../db/client.ts";
import type { Deps } from "../../deps.ts";
import { TooManyError } from "../../errors.ts";
import { facadeQuota } from "./facade-quota-store.ts";
import { hasMoreOpen } from "./open-requests-store.ts";

/**
 * Throws 429 where a person, or all callers of a façade without a name together, have one open
 * request too many, counting what this transaction has opened. Without identity there is no limit.
 */
export async function limitOpenRequests(
  { config }: Deps<"config">,
  query: Query,
  owner: string,
): Promise<void> {
  if (!config.identity) return;
  const quota = await facadeQuota(query, owner);
  const most = quota?.openRequests ?? config.identity.openRequests;
  if (!(await hasMoreOpen(query, owner, most))) return;
  const whose = quota
    ? `of all callers of ${quota.facade} without a name together may be open at once: try again ` +
      "when one has ended."
    : "of a person may be open at once (OPEN_REQUESTS): wait until one has ended, or cancel one.";
  throw new TooManyError("too_many_open_requests", `At most ${most} requests ${whose}`);
}
