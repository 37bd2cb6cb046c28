import type { Query } from "../../db/client.ts";
import { fileSql } from "../state.ts";

/** When the first of the waiting files is tried again; looks at a thousand of them at most. */
export async function soonestRetry(query: Query, id: string): Promise<Date | undefined> {
  const [row] = await query<{ at: Date | null }>(
    `SELECT min(not_before) AS at FROM (
       SELECT not_before FROM request_files WHERE request_id = $1 AND state = ${fileSql.waiting} ORDER BY step, file_id LIMIT 1000) w WHERE not_before > now()`,
    [id],
    "soonest_retry",
  );
  return row?.at ?? undefined;
}
