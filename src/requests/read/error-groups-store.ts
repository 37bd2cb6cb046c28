import type { Query } from "../../db/client.ts";
import { fileSql, historySql } from "../state.ts";

export interface GroupRow {
  fingerprint: string;
  class: string;
  message: string;
  count: number;
  examples: { file: number; paths: string[]; message: string | null }[];
}

/**
 * Ten rows for a hundred thousand failures: counted by the index of failed files, the greatest
 * first, with three examples each.
 */
export function errorGroups(query: Query, request: string, limit: number): Promise<GroupRow[]> {
  return query<GroupRow>(
    `SELECT k.fingerprint, coalesce(g.class, 'unknown') AS class, coalesce(g.message, '') AS message, k.count,
       (SELECT coalesce(json_agg(json_build_object('file', e.file_id, 'paths', i.paths, 'message', (
            SELECT h.info FROM file_status h WHERE h.request_created = r.created_on AND h.request_id = r.id AND h.file_id = e.file_id
              AND h.status = ${historySql.failure} ORDER BY h.recorded_at DESC LIMIT 1)) ORDER BY e.file_id), '[]')
        FROM (SELECT f.file_id FROM request_files f WHERE f.request_id = $1 AND f.state = ${fileSql.failed} AND f.error_group = k.fingerprint
              ORDER BY f.file_id LIMIT 3) e JOIN files i ON i.id = e.file_id) AS examples
     FROM (SELECT error_group AS fingerprint, count(*) AS count FROM request_files
           WHERE request_id = $1 AND state = ${fileSql.failed} AND error_group IS NOT NULL GROUP BY error_group ORDER BY count(*) DESC, error_group LIMIT $2) k
     JOIN requests r ON r.id = $1
     LEFT JOIN error_groups g ON g.request_id = $1 AND g.fingerprint = k.fingerprint
     ORDER BY k.count DESC, k.fingerprint`,
    [request, limit],
  );
}
