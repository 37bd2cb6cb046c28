import type { Query } from "../../db/client.ts";

/** Of the account that callers without a name share at a façade; undefined for all others. */
export async function facadeQuota(
  query: Query,
  owner: string,
): Promise<{ facade: string; openRequests: number; mostFiles: number } | undefined> {
  const [row] = await query<{ facade: string; openRequests: number; mostFiles: number }>(
    `SELECT facade, open_requests AS "openRequests", most_files AS "mostFiles"
     FROM facade_callers WHERE owner = $1`,
    [owner],
  );
  return row;
}
