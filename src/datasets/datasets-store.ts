// The SQL for reading datasets.
import type { Query } from "../db/client.ts";
import type { DatasetOutcome } from "./lookup-end.ts";
import { currentDatasetStates, type DatasetState } from "./state.ts";

export interface DatasetRow {
  id: number;
  /** the scheme of its name; `user` for a list in a request */
  finder: string;
  name: string;
  /** of this name; a request keeps the version it began with */
  version: number;
  state: DatasetState;
  /** how its lookup ended; null while it is running */
  outcome: DatasetOutcome | null;
  reason: string | null;
  incomplete: boolean;
  files: number;
  /** bytes, of the files whose size the finder knows */
  size: number;
  events: number;
  created_at: Date;
  updated_at: Date;
  last_used_at: Date;
}

const columns = `id, finder, name, version, state, outcome, reason, incomplete,
  file_count AS files, size, events, created_at, updated_at, last_used_at`;

export async function datasetRow(query: Query, id: number): Promise<DatasetRow | undefined> {
  const [row] = await query<DatasetRow>(`SELECT ${columns} FROM datasets WHERE id = $1`, [id]);
  return row;
}

export async function isUsedBy(query: Query, id: number, owner: string): Promise<boolean> {
  const rows = await query(`SELECT FROM requests WHERE dataset_id = $1 AND owner = $2 LIMIT 1`, [
    id,
    owner,
  ]);
  return rows.length > 0;
}

export interface DatasetFilter {
  finder?: string | undefined;
  past: boolean;
  /** only datasets used by a request of this owner */
  usedBy: string | undefined;
  before: number | undefined;
  limit: number;
}

export function datasetRows(
  query: Query,
  { finder, past, usedBy, before, limit }: DatasetFilter,
): Promise<DatasetRow[]> {
  return query<DatasetRow>(
    `SELECT ${columns} FROM datasets
     WHERE ($1::text IS NULL OR finder = $1) AND ($2 OR state = ANY($3))
       AND ($4::bigint IS NULL OR id < $4)
       AND ($6::text IS NULL OR EXISTS (
         SELECT FROM requests WHERE requests.dataset_id = datasets.id AND requests.owner = $6))
     ORDER BY id DESC LIMIT $5`,
    [finder ?? null, past, currentDatasetStates, before ?? null, limit, usedBy ?? null],
  );
}

export interface DatasetFileRow {
  file: number;
  seq: number;
  paths: string[];
  size: number | null;
  events: number | null;
  checksum: string | null;
}

export function datasetFileRows(
  query: Query,
  id: number,
  { after, limit }: { after: number; limit: number },
): Promise<DatasetFileRow[]> {
  return query<DatasetFileRow>(
    `SELECT id AS file, seq, paths, size, events, checksum FROM files
     WHERE dataset_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
    [id, after, limit],
  );
}
