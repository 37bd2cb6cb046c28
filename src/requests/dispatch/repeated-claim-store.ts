import type { Query } from "../../db/client.ts";
import { acceptsWork, fileMoves } from "../state.ts";
import {
  operationsOfMoved,
  type ReadRow,
  type StartedRow,
  startedRows,
  withSettings,
} from "./started-rows-store.ts";

/** The files are read by themselves first, by the index of claims: the planner may take another. */
const repeatSql = `WITH files_of_claim AS MATERIALIZED (
  SELECT request_id, file_id FROM request_files
  WHERE claim_id = $2 AND state = '${fileMoves.start.to}'
), held AS MATERIALIZED (
  SELECT f.request_id, f.file_id
  FROM files_of_claim
  JOIN requests r ON r.id = files_of_claim.request_id
  JOIN request_files f
    ON f.request_id = files_of_claim.request_id AND f.file_id = files_of_claim.file_id
  WHERE ${acceptsWork("r")} AND f.state = '${fileMoves.start.to}'
    AND f.worker = $1 AND f.claim_id = $2
  ORDER BY f.request_id, f.file_id FOR UPDATE OF f
), moved AS MATERIALIZED (
  UPDATE request_files f SET lease_until = now() + make_interval(secs => $3)
  FROM held WHERE f.request_id = held.request_id AND f.file_id = held.file_id
  RETURNING f.request_id, f.file_id, f.step, f.attempt, f.location, f.alone,
    0 AS waiter, 0 AS bytes
), ${operationsOfMoved}
${startedRows("moved.attempt")}`;

/** The files that a claim whose answer was lost has started, with new leases. */
export async function startedByClaim(
  query: Query,
  worker: string,
  claimId: string,
  leaseSeconds: number,
): Promise<StartedRow[]> {
  const values = [worker, claimId, leaseSeconds];
  return withSettings(await query<ReadRow>(repeatSql, values, "started_by_claim"));
}
