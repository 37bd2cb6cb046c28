// What façades show of requests beyond their view: small numbers, who began a lookup, outcomes file by file.
import type { Query } from "../../db/client.ts";

export async function idOfNumber(query: Query, number: number): Promise<string | undefined> {
  const [row] = await query<{ id: string }>(`SELECT id FROM requests WHERE number = $1`, [number]);
  return row?.id;
}

/** The file is of the request's dataset, and the open request has not copied it yet. */
export async function isComing(query: Query, request: string, file: number): Promise<boolean> {
  const rows = await query(
    `SELECT FROM requests r JOIN files f ON f.dataset_id = r.dataset_id AND f.id = $2
     WHERE r.id = $1 AND r.state IN ('submitted', 'lookup', 'running') AND r.ending IS NULL
       AND NOT EXISTS (SELECT FROM request_files e WHERE e.request_id = r.id AND e.file_id = f.id)`,
    [request, file],
  );
  return rows.length > 0;
}

export interface FacadeExtras {
  id: string;
  resultsDeleted: boolean;
  cancelAskedAt: Date | null;
  /** no earlier request asked for its dataset */
  firstOfDataset: boolean;
}

/** For a page of requests in one statement: an answer of a thousand requests asks no thousand questions. */
export async function facadeExtrasOf(
  query: Query,
  ids: string[],
): Promise<Map<string, FacadeExtras>> {
  const rows = await query<FacadeExtras>(
    `SELECT r.id, r.results_deleted_at IS NOT NULL AS "resultsDeleted",
       (SELECT max(m.at) FROM request_moves m WHERE m.request_id = r.id AND m.to_state = 'canceling') AS "cancelAskedAt",
       CASE WHEN r.state IN ('submitted', 'lookup')
         THEN NOT EXISTS (SELECT FROM requests e WHERE e.dataset_id = r.dataset_id AND e.number < r.number) ELSE true END AS "firstOfDataset"
     FROM requests r WHERE r.id = ANY($1)`,
    [ids],
    "request_asides",
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

/** seconds a worker took: as it said, else from its start to its success */
const seconds = `coalesce(
  CASE WHEN jsonb_typeof(o.details->'total-time') = 'number' THEN (o.details->>'total-time')::double precision END,
  extract(epoch FROM (SELECT max(h.timestamp) FILTER (WHERE h.status = 'success') - max(h.timestamp) FILTER (WHERE h.status = 'start')
    FROM file_status h WHERE h.request_created = r.created_on AND h.request_id = r.id AND h.file_id = o.file_id AND h.step = o.step AND h.attempt = o.attempt
      AND h.status IN ('start', 'success'))))::double precision`;

/** Results of the last step, the newest first, in pages: those before `beforeSeq` and, where it is said, made after `laterThan`. */
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
    `SELECT o.seq, o.file_id AS file, f.paths[1] AS path, o.name, o.size, o.details,
       to_char(o.created_at AT TIME ZONE 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS "createdAt", ${seconds} AS seconds
     FROM requests r JOIN results o ON o.request_id = r.id AND o.step = r.steps LEFT JOIN files f ON f.id = o.file_id
     WHERE r.id = $1 AND o.seq < $2 AND o.deleted_at IS NULL AND ($3::timestamptz IS NULL OR o.created_at > $3::timestamptz)
     ORDER BY o.seq DESC LIMIT $4`,
    [request, beforeSeq, laterThan ?? null, limit],
    "delivered_rows",
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
    `SELECT count(*) AS files, coalesce(sum(size), 0)::bigint AS bytes, coalesce(sum(events), 0)::bigint AS events,
       min(seconds) AS "leastSeconds", max(seconds) AS "mostSeconds", sum(seconds) AS "totalSeconds"
     FROM (SELECT o.size, ${seconds} AS seconds,
             CASE WHEN jsonb_typeof(o.details->'total-events') = 'number' THEN (o.details->>'total-events')::numeric END AS events
           FROM requests r JOIN results o ON o.request_id = r.id AND o.step = r.steps WHERE r.id = $1 AND o.deleted_at IS NULL) each_one`,
    [request],
  );
  return row;
}
