import type { Query } from "../../db/client.ts";
import { newestFirst } from "../history-order.ts";
import { fileSql, historySql } from "../state.ts";

const lastFailure = `SELECT h.info FROM file_status h
            WHERE h.request_created = r.created_on AND h.request_id = r.id
              AND h.file_id = example.file_id AND h.status = ${historySql.failure}
            ORDER BY ${newestFirst("h")} LIMIT 1`;

export interface GroupRow {
  fingerprint: string;
  class: string;
  message: string;
  count: number;
  examples: { file: number; paths: string[]; message: string | null }[];
}

/**
 * Few rows even for a hundred thousand failures: counted by the index of failed files, largest
 * first, with three examples each.
 */
export function errorGroups(query: Query, request: string, limit: number): Promise<GroupRow[]> {
  return query<GroupRow>(
    `WITH counted AS (
       SELECT error_group AS fingerprint, count(*) AS count FROM request_files
       WHERE request_id = $1 AND state = ${fileSql.failed} AND error_group IS NOT NULL
       GROUP BY error_group ORDER BY count(*) DESC, error_group LIMIT $2
     )
     SELECT counted.fingerprint, coalesce(known.class, 'unknown') AS class,
       coalesce(known.message, '') AS message, counted.count,
       (SELECT coalesce(json_agg(json_build_object('file', example.file_id, 'paths', files.paths,
            'message', (${lastFailure})) ORDER BY example.file_id), '[]')
        FROM (
          SELECT f.file_id FROM request_files f
          WHERE f.request_id = $1 AND f.state = ${fileSql.failed}
            AND f.error_group = counted.fingerprint
          ORDER BY f.file_id LIMIT 3
        ) AS example JOIN files ON files.id = example.file_id) AS examples
     FROM counted
     JOIN requests r ON r.id = $1
     LEFT JOIN error_groups known
       ON known.request_id = $1 AND known.fingerprint = counted.fingerprint
     ORDER BY counted.count DESC, counted.fingerprint`,
    [request, limit],
  );
}
