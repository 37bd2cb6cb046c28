// What ServiceX shows of requests beyond our own view of them, read from the ledger: who asked for
// a dataset first, results with the measures that its sidecars report, their sums.
import type { Query } from "../../db/client.ts";
import { historySql, type RequestState, sqlList } from "../../requests/state.ts";

const beforeRunning = ["submitted", "lookup"] as const satisfies RequestState[];

export interface TransformationExtras {
  id: string;
  /** files whose results can be downloaded, if some were removed; null: those of all done files */
  delivered: number | null;
  cancelAskedAt: Date | null;
  /** no earlier request asked for its dataset */
  firstOfDataset: boolean;
  /** why the dataset has no files, or why some may be missing */
  datasetWarning: string | null;
  /** of its last step, whose settings lists do not have */
  generator: string | null;
  /** of the containers that do its last step; null: our workers do it */
  image: string | null;
}

/**
 * For a page of requests in one statement: a list of a thousand requests must not send a thousand
 * queries.
 */
export async function extrasOf(
  query: Query,
  ids: string[],
): Promise<Map<string, TransformationExtras>> {
  const rows = await query<TransformationExtras>(
    `SELECT request.id,
       CASE WHEN request.results_deleted_at IS NOT NULL THEN (
         SELECT count(DISTINCT result.file_id) FROM results result
         WHERE result.request_id = request.id AND result.step = request.steps
           AND result.deleted_at IS NULL) END AS delivered,
       (SELECT max(move.at) FROM request_moves move
        WHERE move.request_id = request.id
          AND move.to_state = '${"canceling" satisfies RequestState}') AS "cancelAskedAt",
       CASE WHEN request.state IN (${sqlList(beforeRunning)}) THEN NOT EXISTS (
         SELECT FROM requests earlier
         WHERE earlier.dataset_id = request.dataset_id AND earlier.number < request.number)
       ELSE true END AS "firstOfDataset",
       (SELECT min(warning.message) FROM request_warnings warning
        WHERE warning.request_id = request.id
          AND warning.code IN ('no_files', 'incomplete_dataset')) AS "datasetWarning",
       (SELECT step.settings->>'generator' FROM request_steps step
        WHERE step.request_id = request.id AND step.step = request.steps) AS generator,
       (SELECT workload.image FROM step_workloads workload
        WHERE workload.request_id = request.id AND workload.step = request.steps) AS image
     FROM requests request WHERE request.id = ANY($1)`,
    [ids],
    "servicex_extras",
  );
  return new Map(rows.map((row) => [row.id, row]));
}

export interface DeliveredRow {
  seq: number;
  file: number | null;
  path: string | null;
  name: string;
  size: number;
  details: Record<string, unknown> | null;
  /** `YYYY-MM-DDTHH:MM:SS.ffffff`, UTC */
  createdAt: string;
  seconds: number | null;
}

const isNumber = (field: string) => `jsonb_typeof(result.details->'${field}') = 'number'`;

/** Seconds that a worker took: as it reported them, else from its start to its success. */
const seconds = `coalesce(
  CASE WHEN ${isNumber("total-time")} THEN (result.details->>'total-time')::double precision END,
  extract(epoch FROM (
    SELECT max(history.timestamp) FILTER (WHERE history.status = ${historySql.success})
      - max(history.timestamp) FILTER (WHERE history.status = ${historySql.start})
    FROM file_status history
    WHERE history.request_created = request.created_on AND history.request_id = request.id
      AND history.file_id = result.file_id AND history.step = result.step
      AND history.attempt = result.attempt
      AND history.status IN (${historySql.start}, ${historySql.success})
  )))::double precision`;

/** Of the last step, whose results alone are delivered. */
const delivered = `requests request
     JOIN results result ON result.request_id = request.id AND result.step = request.steps`;

/**
 * The newest results first, in pages: those before `beforeSeq` and, if it is given, made after
 * `laterThan`.
 */
export function deliveredRows(
  query: Query,
  request: string,
  {
    beforeSeq,
    laterThan,
    limit,
  }: { beforeSeq: number; laterThan?: string | undefined; limit: number },
): Promise<DeliveredRow[]> {
  return query<DeliveredRow>(
    `SELECT result.seq, result.file_id AS file, file.paths[1] AS path, result.name, result.size,
       result.details, ${seconds} AS seconds,
       to_char(result.created_at AT TIME ZONE 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS "createdAt"
     FROM ${delivered} LEFT JOIN files file ON file.id = result.file_id
     WHERE request.id = $1 AND result.seq < $2 AND result.deleted_at IS NULL
       AND ($3::timestamptz IS NULL OR result.created_at > $3::timestamptz)
     ORDER BY result.seq DESC LIMIT $4`,
    [request, beforeSeq, laterThan ?? null, limit],
    "servicex_delivered",
  );
}

export interface Statistics {
  files: number;
  bytes: number;
  events: number;
  leastSeconds: number | null;
  mostSeconds: number | null;
  totalSeconds: number | null;
}

export async function statisticsOf(query: Query, request: string): Promise<Statistics | undefined> {
  const [row] = await query<Statistics>(
    `WITH measured AS (
       SELECT result.size, ${seconds} AS seconds,
         CASE WHEN ${isNumber("total-events")}
           THEN (result.details->>'total-events')::numeric
           WHEN ${isNumber("rows")} THEN (result.details->>'rows')::numeric END AS events
       FROM ${delivered} WHERE request.id = $1 AND result.deleted_at IS NULL
     )
     SELECT count(*) AS files, coalesce(sum(size), 0)::bigint AS bytes,
       coalesce(sum(events), 0)::bigint AS events,
       min(seconds) AS "leastSeconds", max(seconds) AS "mostSeconds", sum(seconds) AS "totalSeconds"
     FROM measured`,
    [request],
  );
  return row;
}
