// The SQL that deletes lists of files that no request uses.
import type { Query } from "../db/client.ts";
import { sqlList } from "../moves.ts";
import { datasetSql, pastDatasetStates } from "./state.ts";

const isUnused = `datasets.last_used_at < now() - make_interval(secs => $1)
       AND datasets.updated_at < now() - make_interval(secs => $1)
       AND NOT EXISTS (SELECT FROM requests WHERE requests.dataset_id = datasets.id)`;

/** Unused lists of these finders that new requests could still use. */
export async function unusedLists(
  query: Query,
  seconds: number,
  finders: string[],
  limit: number,
): Promise<number[]> {
  const rows = await query<{ id: number }>(
    `SELECT id FROM datasets
     WHERE state = ${datasetSql.ready} AND finder = ANY($2) AND ${isUnused}
     ORDER BY id LIMIT $3`,
    [seconds, finders, limit],
  );
  return rows.map(({ id }) => id);
}

/**
 * Unused versions that no new request uses: a submit that took one while it was current has ended
 * long ago. Tasks that must still release files of deleted requests need their addresses.
 */
export async function unusedPast(query: Query, seconds: number, limit: number): Promise<number[]> {
  const rows = await query<{ id: number }>(
    `WITH owed AS MATERIALIZED (
       SELECT DISTINCT files.dataset_id FROM task_files
       JOIN files ON files.id = task_files.file_id
       WHERE NOT EXISTS (SELECT FROM requests WHERE requests.id = task_files.request_id)
     )
     SELECT id FROM datasets
     WHERE state IN (${sqlList(pastDatasetStates)}) AND outcome IS NOT NULL AND ${isUnused}
       AND id NOT IN (SELECT dataset_id FROM owed)
     ORDER BY id LIMIT $2`,
    [seconds, limit],
  );
  return rows.map(({ id }) => id);
}

/** Deletes the next files after a place in the list; returns their number and the last place. */
export async function deleteFiles(
  query: Query,
  dataset: number,
  { after, limit }: { after: number; limit: number },
): Promise<{ count: number; last: number }> {
  const [row] = await query<{ count: number; last: number }>(
    `WITH next_files AS MATERIALIZED (
       SELECT count(*) AS count, coalesce(max(seq), $2) AS last FROM (
         SELECT seq FROM files WHERE dataset_id = $1 AND seq > $2 ORDER BY seq LIMIT $3
       ) AS found
     ), deleted AS (
       DELETE FROM files WHERE dataset_id = $1 AND seq > $2
         AND seq <= (SELECT last FROM next_files)
     )
     SELECT count, last FROM next_files`,
    [dataset, after, limit],
    "delete_files",
  );
  return row ?? { count: 0, last: after };
}

export async function deleteDataset(query: Query, dataset: number): Promise<void> {
  await query(`DELETE FROM datasets WHERE id = $1`, [dataset]);
}
