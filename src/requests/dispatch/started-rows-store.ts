// What a worker needs to know of the files that have started.

export interface WorkKey {
  request: string;
  file: number;
  step: number;
  attempt: number;
}

export interface ClaimedRow extends WorkKey {
  operation: string;
  /** of the step before; null in the first step */
  operation_before: string | null;
  settings: Record<string, unknown>;
  paths: string[];
  /** where an earlier step put the file, if no step made objects since */
  location: string | null;
  inputs: string[];
  /** the secrets of `paths` and `location`, encrypted */
  sealed: Buffer | null;
  location_sealed: Buffer | null;
  /** it runs by itself, since a worker died that had it */
  alone: boolean;
}

export interface StartedRow extends ClaimedRow {
  waiter: number;
  /** about so many bytes of an answer are its addresses */
  bytes: number;
}

/** Settings are read once for each step: all its tasks share them. */
export type ReadRow = Omit<StartedRow, "settings"> & { settings: Record<string, unknown> | null };

/** After it, `startedRows` can be read of `moved`. */
export const operationsOfMoved = `operations AS MATERIALIZED (
  SELECT s.request_id, s.step, s.operation, s.settings, moved_steps.first_file,
    (SELECT before.operation FROM request_steps before
     WHERE before.request_id = s.request_id AND before.step = s.step - 1) AS operation_before
  FROM (SELECT request_id, step, min(file_id) AS first_file
    FROM moved GROUP BY request_id, step) AS moved_steps
  JOIN request_steps s ON s.request_id = moved_steps.request_id AND s.step = moved_steps.step
)`;

/** What a worker needs to know of the files in `moved`. */
export function startedRows(attempt: string): string {
  return `SELECT moved.waiter, moved.request_id AS request, moved.file_id AS file, moved.step,
  ${attempt} AS attempt, operations.operation,
  operations.operation_before, moved.bytes,
  CASE WHEN moved.file_id = operations.first_file THEN operations.settings END AS settings,
  files.paths, moved.location, moved.alone,
  (SELECT secrets.sealed FROM file_secrets secrets WHERE secrets.file_id = moved.file_id) AS sealed,
  CASE WHEN moved.location IS NOT NULL THEN (
    SELECT secrets.sealed FROM location_secrets secrets
    WHERE secrets.request_id = moved.request_id AND secrets.file_id = moved.file_id
  ) END AS location_sealed,
  CASE WHEN moved.step > 1 THEN ARRAY(
    SELECT results.name FROM results
    WHERE results.request_id = moved.request_id AND results.file_id = moved.file_id
      AND results.step = moved.step - 1 AND results.deleted_at IS NULL
    ORDER BY results.name) ELSE '{}' END AS inputs
FROM moved
JOIN operations ON operations.request_id = moved.request_id AND operations.step = moved.step
JOIN files ON files.id = moved.file_id`;
}

export function withSettings(rows: ReadRow[]): StartedRow[] {
  const settingsOf = new Map<string, Record<string, unknown>>();
  for (const { request, step, settings } of rows)
    if (settings) settingsOf.set(`${request}.${step}`, settings);
  return rows.map((row) => ({
    ...row,
    settings: settingsOf.get(`${row.request}.${row.step}`) ?? {},
  }));
}
