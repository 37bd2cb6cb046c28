import type { Query } from "../db/client.ts";
import { type DatasetMove, datasetMoves } from "./state.ts";

/**
 * The one guarded write of a dataset's state. Returns whether it happened; false means that the
 * dataset is in another state, which is not an error.
 */
export async function moveDataset(
  query: Query,
  id: number,
  move: Exclude<DatasetMove, "open">,
): Promise<boolean> {
  const { from, to } = datasetMoves[move];
  const rows = await query(
    `UPDATE datasets SET state = $2, updated_at = now()
     WHERE id = $1 AND state = ANY($3) RETURNING id`,
    [id, to, from],
  );
  return rows.length > 0;
}
