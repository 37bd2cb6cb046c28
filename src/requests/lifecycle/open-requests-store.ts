import type { Query } from "../../db/client.ts";
import { openRequestStates, sqlList } from "../state.ts";

/**
 * Whether the owner has more open requests than this, those of the transaction counted. Until its
 * end others of the owner wait: of two at once, one sees what the other has made. To be called at
 * the end, so that it is not long.
 */
export async function hasMoreOpen(query: Query, owner: string, most: number): Promise<boolean> {
  await query("SELECT pg_advisory_xact_lock(hashtextextended($1, 15))", [owner]);
  const [row] = await query<{ n: number }>(
    `SELECT count(*) AS n FROM (
       SELECT FROM requests WHERE owner = $1 AND state IN (${sqlList(openRequestStates)})
       ORDER BY id LIMIT $2
     ) AS open_requests`,
    [owner, most + 1],
  );
  return (row?.n ?? 0) > most;
}
