import type { Db } from "../../db/client.ts";
import { fileMoves, requestMoves, sqlList } from "../state.ts";
import { stepCounters } from "../step-counters.ts";

/** Distinguishes these locks from other advisory locks. */
const registerLock = 72707371;

const { to: registered } = fileMoves.register;

const registerSql = `WITH open_request AS MATERIALIZED (
  SELECT r.id FROM requests r
  WHERE r.id = $1 AND r.state IN (${sqlList(requestMoves.cancel.from)}) FOR SHARE
), first_step AS MATERIALIZED (
  SELECT s.registered FROM open_request JOIN request_steps s ON s.request_id = open_request.id
  WHERE s.request_id = $1 AND s.step = 1
), next_files AS MATERIALIZED (
  SELECT id, seq FROM files
  WHERE dataset_id = $2 AND seq > (SELECT registered FROM first_step)
  ORDER BY seq LIMIT $3
), moved AS (
  SELECT $1::uuid AS request_id, id AS file_id, NULL AS state, 1 AS step,
    '${registered}' AS to_state, 1 AS to_step
  FROM next_files
), ${stepCounters({
  moved: "moved",
  states: [registered],
  also: "registered = (SELECT max(seq) FROM next_files)",
})}, file_rows AS (
  INSERT INTO request_files (request_id, file_id, step, state)
  SELECT request_id, file_id, to_step, to_state FROM moved
)
SELECT count(*) AS n FROM moved`;

/**
 * Copies the dataset's next files into the request, in the dataset's order; returns their number.
 * A separate lock allows one call per request at a time: if it locked the row of the step, reports
 * and claims of the request would wait for each chunk.
 */
export function registerFiles(
  db: Pick<Db, "tx">,
  id: string,
  datasetId: number,
  limit: number,
): Promise<number> {
  return db.tx(async (query) => {
    await query(
      "SELECT pg_advisory_xact_lock(hashtextextended($1, $2))",
      [id, registerLock],
      "register_lock",
    );
    const [row] = await query<{ n: number }>(registerSql, [id, datasetId, limit], "register_files");
    return row?.n ?? 0;
  });
}
