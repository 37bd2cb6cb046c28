import type { Db } from "../../db/client.ts";
import { finalRequestStates, sqlList } from "../state.ts";

const chunk = 20_000;

/**
 * History and file rows go in chunks, the request last; its receipt has a table of its own and
 * stays.
 */
export async function deleteRequestRows(db: Db, id: string): Promise<void> {
  const [request] = await db.query<{ created_on: string }>(
    `SELECT created_on FROM requests WHERE id = $1`,
    [id],
  );
  if (!request) return;
  for (const [table, where] of [
    ["file_status", "request_created = $2::date AND request_id = $1"],
    ["request_files", "request_id = $1 AND $2::date IS NOT NULL"],
  ]) {
    for (let gone = chunk; gone === chunk; ) {
      const rows = await db.query<{ n: number }>(
        `WITH d AS (DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE ${where} LIMIT ${chunk})) AND ${where} RETURNING 1) SELECT count(*) AS n FROM d`,
        [id, request.created_on],
      );
      gone = rows[0]?.n ?? 0;
    }
  }
  await db.query(
    `DELETE FROM requests WHERE id = $1 AND state IN (${sqlList(finalRequestStates)})`,
    [id],
  );
}
