import type { Query } from "../../db/client.ts";

export interface ResultRow {
  seq: number;
  file: number | null;
  step: number;
  attempt: number;
  name: string;
  size: number;
  checksum: string | null;
  /** the store's mark of its content when it was recorded */
  etag: string | null;
  details: Record<string, unknown> | null;
  created_at: Date;
}

const columns = `o.seq, o.file_id AS file, o.step, o.attempt, o.name, o.size, o.checksum, o.etag,
  o.details, o.created_at`;

/**
 * Results of the last step after `after`: seq grows in commit order, so none is ever skipped. The
 * step is compared by equality and the order is the index's: with a join, the planner sorted all
 * remaining results for each page.
 */
export function resultRows(
  query: Query,
  request: string,
  after: number,
  limit: number,
): Promise<ResultRow[]> {
  return query<ResultRow>(
    `SELECT ${columns} FROM results o
     WHERE o.request_id = $1 AND o.step = (SELECT steps FROM requests WHERE id = $1)
       AND o.seq > $2 AND o.deleted_at IS NULL ORDER BY o.seq LIMIT $3`,
    [request, after, limit],
  );
}

/** The first path of each of these files. */
export async function inputPaths(query: Query, files: number[]): Promise<Map<number, string>> {
  const rows = await query<{ file: number; path: string }>(
    `SELECT id AS file, paths[1] AS path FROM files WHERE id = ANY($1)`,
    [files],
  );
  return new Map(rows.map(({ file, path }) => [file, path]));
}

/** By name, as an S3 client lists a bucket. */
export function resultRowsByName(
  query: Query,
  request: string,
  prefix: string,
  after: string,
  limit: number,
): Promise<ResultRow[]> {
  return query<ResultRow>(
    `SELECT ${columns} FROM requests r JOIN results o ON o.request_id = r.id AND o.step = r.steps
     WHERE r.id = $1 AND o.deleted_at IS NULL AND starts_with(o.name, $2)
       AND o.name COLLATE "C" > $3
     ORDER BY o.name COLLATE "C" LIMIT $4`,
    [request, prefix, after, limit],
  );
}

export async function resultOfName(
  query: Query,
  request: string,
  name: string,
): Promise<ResultRow | undefined> {
  const [row] = await query<ResultRow>(
    `SELECT ${columns} FROM requests r JOIN results o ON o.request_id = r.id AND o.step = r.steps
     WHERE r.id = $1 AND o.name = $2 AND o.deleted_at IS NULL`,
    [request, name],
  );
  return row;
}

export type RecordedResult = Pick<ResultRow, "size" | "checksum" | "etag">;

/** A result of any step, as it was recorded. */
export async function recordedResult(
  query: Query,
  request: string,
  name: string,
): Promise<RecordedResult | undefined> {
  const [row] = await query<RecordedResult>(
    `SELECT size, checksum, etag FROM results WHERE request_id = $1 AND name = $2`,
    [request, name],
  );
  return row;
}

/** The objects among these that are results of any step. */
export async function namedResults(
  query: Query,
  request: string,
  names: string[],
): Promise<Set<string>> {
  const rows = await query<{ name: string }>(
    `SELECT name FROM results WHERE request_id = $1 AND name = ANY($2)`,
    [request, names],
  );
  return new Set(rows.map((row) => row.name));
}
