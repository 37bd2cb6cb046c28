import type { Query } from "../db/client.ts";
import { type DatasetMove, datasetMoves, type OpeningMove } from "./state.ts";

/** Returns whether it happened; false means another state, which is not an error. */
export async function moveDataset(
  query: Query,
  id: number,
  move: Exclude<DatasetMove, OpeningMove>,
): Promise<boolean> {
  return (await moveDatasets(query, [id], move)) > 0;
}

/** The one guarded write of a dataset's state. Returns how many were moved. */
export async function moveDatasets(
  query: Query,
  ids: readonly number[],
  move: Exclude<DatasetMove, OpeningMove>,
): Promise<number> {
  if (ids.length === 0) return 0;
  const { from, to } = datasetMoves[move];
  const rows = await query(
    `UPDATE datasets SET state = $2, updated_at = now()
     WHERE id = ANY($1) AND state = ANY($3) RETURNING id`,
    [ids, to, from],
  );
  return rows.length;
}
