import type { Query } from "../../db/client.ts";
import { type RequestState, requestSql } from "../state.ts";
import { counterPairs } from "../step-counters.ts";
import type { RetryView } from "../views.ts";

/** a key of the result, not the status of a report */
const retryKey = "retry";

export interface StepSummaryRow {
  step: number;
  operation: string;
  retry: RetryView;
  waiting: number;
  queued: number;
  running: number;
  done: number;
  failed: number;
  canceled: number;
  passed: number;
}

export interface StepRow extends StepSummaryRow {
  settings: Record<string, unknown>;
}

export interface RequestRow<Step = StepRow> {
  id: string;
  number: number;
  owner: string;
  title: string | null;
  state: RequestState;
  round: number;
  reason: string | null;
  incomplete: boolean;
  workers: number | null;
  priority: number;
  stop_after_failed_percent: number | null;
  did: string | null;
  facade: Record<string, unknown> | null;
  deadline: Date | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  dataset_id: number;
  finder: string;
  dataset_name: string;
  dataset_state: string;
  dataset_files: number;
  steps: Step[];
}

/** `stepPairs`: what else is read of each step */
const columns = (
  stepPairs = "",
) => `r.id, r.number, r.owner, r.title, r.state, r.round, r.reason, r.incomplete,
  r.workers, r.priority, r.stop_after_failed_percent, r.did, r.facade,
  r.deadline, r.created_at, r.started_at, r.finished_at, r.dataset_id,
  d.finder, d.name AS dataset_name, d.state AS dataset_state, d.file_count AS dataset_files,
  (SELECT json_agg(json_build_object(
     'step', s.step, 'operation', s.operation, ${stepPairs}
     '${retryKey}', json_build_object('attempts', s.retry_attempts,
       'wait_seconds', s.retry_wait_seconds, 'classes', s.retry_classes),
     ${counterPairs("s")})
     ORDER BY s.step)
   FROM request_steps s WHERE s.request_id = r.id) AS steps`;

const shown = `r.state <> ${requestSql.deleting}`;

/** Reads one row of each table by key, so the cost does not grow with the request. */
export async function requestRow(query: Query, id: string): Promise<RequestRow | undefined> {
  const [row] = await query<RequestRow>(
    `SELECT ${columns("'settings', s.settings,")}
     FROM requests r JOIN datasets d ON d.id = r.dataset_id WHERE r.id = $1 AND ${shown}`,
    [id],
    "request_row",
  );
  return row;
}

/** Only while the request is being deleted. */
export async function deletingRow(
  query: Query,
  id: string,
): Promise<Pick<RequestRow, "id" | "owner"> | undefined> {
  const [row] = await query<Pick<RequestRow, "id" | "owner">>(
    `SELECT id, owner FROM requests WHERE id = $1 AND state = ${requestSql.deleting}`,
    [id],
  );
  return row;
}

export async function idOfNumber(query: Query, number: number): Promise<string | undefined> {
  const [row] = await query<{ id: string }>(`SELECT id FROM requests WHERE number = $1`, [number]);
  return row?.id;
}

export interface RequestFilter {
  state?: RequestState | undefined;
  owner?: string | undefined;
  number?: number | undefined;
  /** the whole title */
  title?: string | undefined;
  /** the first and the last id of a range */
  ids?: { first: string; last: string } | undefined;
  /** requests after this one in the order newest first */
  before?: { createdAt: string; id: string } | undefined;
  limit: number;
}

/** Without the steps' settings: a query may have a megabyte, and a page 200 requests. */
export function requestRows(
  query: Query,
  { state, owner, number, title, ids, before, limit }: RequestFilter,
): Promise<(RequestRow<StepSummaryRow> & { cursor_at: string })[]> {
  return query(
    `SELECT ${columns()}, to_char(r.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS cursor_at
     FROM requests r JOIN datasets d ON d.id = r.dataset_id
     WHERE ${shown} AND ($1::text IS NULL OR r.state = $1) AND ($2::text IS NULL OR r.owner = $2)
       AND ($6::bigint IS NULL OR r.number = $6)
       AND ($7::uuid IS NULL OR r.id BETWEEN $7 AND $8::uuid)
       AND ($9::text IS NULL OR r.title = $9)
       AND ($3::timestamptz IS NULL OR (r.created_at, r.id) < ($3, $4::uuid))
     ORDER BY r.created_at DESC, r.id DESC LIMIT $5`,
    [
      state ?? null,
      owner ?? null,
      before?.createdAt ?? null,
      before?.id ?? null,
      limit,
      number ?? null,
      ids?.first ?? null,
      ids?.last ?? null,
      title ?? null,
    ],
  );
}
