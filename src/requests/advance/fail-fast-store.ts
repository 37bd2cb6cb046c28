import type { Query } from "../../db/client.ts";
import { type FileState, fileSql, historySql } from "../state.ts";

export interface FirstFile {
  step: number;
  state: FileState;
  /** of its failure in this round */
  class: string | null;
  info: string | null;
  /** equal for files of the same bytes, as far as their worker or the finder tells; else its own */
  content: string;
}

/** The first files of a request, in the dataset's order. */
export function firstFiles(query: Query, id: string, limit: number): Promise<FirstFile[]> {
  return query<FirstFile>(
    `SELECT first.step, first.state, known.class, failure.info,
       coalesce(first.failed_content, file.checksum, file.id::text) AS content
     FROM requests r
     JOIN LATERAL (
       SELECT f.file_id, f.step, f.state, f.attempt, f.error_group, f.failed_content
       FROM request_files f
       WHERE f.request_id = r.id ORDER BY f.file_id LIMIT $2
     ) first ON true
     JOIN files file ON file.id = first.file_id
     LEFT JOIN LATERAL (
       SELECT h.info FROM file_status h
       WHERE h.request_created = r.created_on AND h.request_id = r.id AND h.file_id = first.file_id
         AND h.step = first.step AND h.attempt = first.attempt AND h.status = ${historySql.failure}
         AND h.round = r.round
     ) failure ON first.state = ${fileSql.failed}
     LEFT JOIN error_groups known ON failure.info IS NOT NULL
       AND known.request_id = r.id AND known.fingerprint = first.error_group
     WHERE r.id = $1 ORDER BY first.file_id`,
    [id, limit],
  );
}
