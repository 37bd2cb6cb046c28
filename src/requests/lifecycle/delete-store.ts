import type { Db } from "../../db/client.ts";
import { finalRequestStates, sqlList } from "../state.ts";

const chunk = 20_000;

/**
 * Deletes history and file rows in chunks and the request last. Its receipt is in another table
 * and stays.
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
    for (let deleted = chunk; deleted === chunk; ) {
      const rows = await db.query<{ n: number }>(
        `WITH deleted AS (
           DELETE FROM ${table} WHERE ${where} AND ctid = ANY(ARRAY(
             SELECT ctid FROM ${table} WHERE ${where} LIMIT ${chunk}))
           RETURNING 1
         )
         SELECT count(*) AS n FROM deleted`,
        [id, request.created_on],
      );
      deleted = rows[0]?.n ?? 0;
    }
  }
  await db.query(
    `DELETE FROM requests WHERE id = $1 AND state IN (${sqlList(finalRequestStates)})`,
    [id],
  );
}
