import type { Query } from "../../db/client.ts";
import { fileSql, historySql } from "../state.ts";

export interface Withheld {
  files: number;
  /** how many of them are in each step, by its number */
  filesOfStep: Record<string, number>;
  /** that gave back the first 100 of them */
  workers: string[];
  /** the newest reason among those files */
  reason: string | null;
}

/** The files of the request that wait for another worker; null if there are none. */
export async function withheldOf(query: Query, request: string): Promise<Withheld | null> {
  const [row] = await query<Withheld>(
    `WITH withheld_files AS (
       SELECT file_id, step, attempt, given_back_by FROM request_files
       WHERE request_id = $1 AND withheld AND state = ${fileSql.waiting}
     ), first_files AS MATERIALIZED (
       SELECT * FROM withheld_files ORDER BY step, file_id LIMIT 100
     )
     SELECT (SELECT count(*) FROM withheld_files) AS files,
       (SELECT coalesce(json_object_agg(step, n), '{}') FROM (
          SELECT step, count(*) AS n FROM withheld_files GROUP BY step) AS counted)
         AS "filesOfStep",
       ARRAY(SELECT DISTINCT worker FROM first_files, unnest(given_back_by) AS worker
         ORDER BY worker) AS workers,
       (SELECT given_back.info FROM first_files f
        JOIN requests r ON r.id = $1
        CROSS JOIN LATERAL (
          SELECT h.info, h.recorded_at FROM file_status h
          WHERE h.request_created = r.created_on AND h.request_id = r.id
            AND h.file_id = f.file_id AND h.step = f.step AND h.status = ${historySql.given_back}
          ORDER BY h.recorded_at DESC LIMIT 1) AS given_back
        ORDER BY given_back.recorded_at DESC LIMIT 1) AS reason`,
    [request],
    "withheld_of",
  );
  return row && row.files > 0 ? row : null;
}
