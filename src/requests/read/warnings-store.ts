import type { Query } from "../../db/client.ts";
import type { Warning } from "../views.ts";

/** Few rows: their number is limited when they are stored. */
export function warningRows(query: Query, request: string): Promise<Warning[]> {
  return query<Warning>(
    `SELECT code, message, count, files FROM request_warnings
     WHERE request_id = $1 ORDER BY code, subject LIMIT 100`,
    [request],
  );
}
