import type { Query } from "../../db/client.ts";
import { fileSql } from "../state.ts";

/** When the next of the first thousand waiting files may be tried again. */
export async function soonestRetry(query: Query, id: string): Promise<Date | undefined> {
  const [row] = await query<{ at: Date | null }>(
    `WITH waiting AS (
       SELECT not_before FROM request_files WHERE request_id = $1 AND state = ${fileSql.waiting}
       ORDER BY step, file_id LIMIT 1000
     )
     SELECT min(not_before) AS at FROM waiting WHERE not_before > now()`,
    [id],
    "soonest_retry",
  );
  return row?.at ?? undefined;
}
