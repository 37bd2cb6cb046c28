import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { errorGroups, type GroupRow } from "./error-groups-store.ts";
import { readRequest } from "./request.ts";

const mostGroups = 200;

export interface ErrorGroup extends GroupRow {
  /** of all failed files, from 0 to 1 */
  share: number;
}

/** The failures of a request in groups: fingerprint, message, count and examples, largest first. */
export async function listErrors(
  ctx: Deps<"db">,
  id: string,
  caller: Caller,
): Promise<ErrorGroup[]> {
  const { counters } = await readRequest(ctx, id, caller);
  const groups = await errorGroups(ctx.db.query, id, mostGroups);
  return groups.map((group) => ({
    ...group,
    share: group.count / Math.max(counters.failed, group.count),
  }));
}

/** The same, for callers that have already read the request. */
export function failureGroups(
  { db }: Deps<"db">,
  request: string,
  limit: number,
): Promise<GroupRow[]> {
  return errorGroups(db.query, request, limit);
}
