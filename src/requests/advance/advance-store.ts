import type { DatasetState } from "../../datasets/state.ts";
import type { Query } from "../../db/client.ts";
import type { Ending, RequestState } from "../state.ts";

export interface StepFacts {
  step: number;
  operation: string;
  registered: number;
  waiting: number;
  queued: number;
  running: number;
  done: number;
  failed: number;
  canceled: number;
  passed: number;
  version: number;
}

export interface RequestFacts {
  id: string;
  state: RequestState;
  ending: Ending | null;
  reason: string | null;
  facts: number;
  workers: number | null;
  stopAfterFailedPercent: number | null;
  overdue: boolean;
  datasetId: number;
  datasetState: DatasetState;
  /** the list of files is whole: none comes any more */
  datasetClosed: boolean;
  datasetReason: string | null;
  datasetIncomplete: boolean;
  datasetFiles: number;
  incomplete: boolean;
  steps: StepFacts[];
}

export async function readFacts(query: Query, id: string): Promise<RequestFacts | undefined> {
  const [row] = await query<RequestFacts>(
    `SELECT r.id, r.state, r.ending, r.reason, r.facts, r.workers, r.stop_after_failed_percent AS "stopAfterFailedPercent",
       coalesce(r.deadline < now(), false) AS overdue, r.incomplete,
       r.dataset_id AS "datasetId", d.state AS "datasetState", d.outcome IS NOT NULL AS "datasetClosed", d.reason AS "datasetReason",
       d.incomplete AS "datasetIncomplete", d.file_count AS "datasetFiles",
       (SELECT json_agg(json_build_object('step', s.step, 'operation', s.operation, 'registered', s.registered, 'waiting', s.waiting, 'queued', s.queued,
          'running', s.running, 'done', s.done, 'failed', s.failed, 'canceled', s.canceled, 'passed', s.passed, 'version', s.version) ORDER BY s.step)
        FROM request_steps s WHERE s.request_id = r.id) AS steps
     FROM requests r JOIN datasets d ON d.id = r.dataset_id WHERE r.id = $1`,
    [id],
    "read_facts",
  );
  return row;
}

/**
 * What was reported where so many files of different content failed alike in this round and step, with
 * an error of these classes. The same file under two names is one content, where its checksum is known.
 */
export async function agreedFailure(
  query: Query,
  id: string,
  step: number,
  { classes, files }: { classes: readonly string[]; files: number },
): Promise<string | undefined> {
  const [row] = await query<{ info: string | null }>(
    `SELECT min(failures.info) AS info FROM requests r
     JOIN error_groups g ON g.request_id = r.id AND g.class = ANY($3)
     CROSS JOIN LATERAL (
       SELECT h.info, coalesce(d.checksum, d.id::text) AS content FROM request_files f
       JOIN files d ON d.id = f.file_id
       JOIN file_status h ON h.request_created = r.created_on AND h.request_id = r.id
         AND h.file_id = f.file_id AND h.step = f.step AND h.attempt = f.attempt
         AND h.status = 'failure' AND h.round = r.round
       WHERE f.request_id = r.id AND f.state = 'failed' AND f.error_group = g.fingerprint
         AND f.step = $2
       LIMIT 100
     ) failures
     WHERE r.id = $1 GROUP BY g.fingerprint HAVING count(DISTINCT failures.content) >= $4
     LIMIT 1`,
    [id, step, classes, files],
  );
  return row?.info ?? undefined;
}

/** A fresh table has no statistics and the planner then takes the wrong index: told again at each tenfold growth. */
export async function refreshStatistics(query: Query): Promise<void> {
  await query(`ANALYZE request_files`);
  await query(`ANALYZE files`);
}

export async function markIncomplete(
  query: Query,
  id: string,
  reason: string | null,
): Promise<void> {
  await query(
    `UPDATE requests SET incomplete = true, reason = coalesce(reason, $2) WHERE id = $1 AND NOT incomplete`,
    [id, reason],
  );
}

/** Requests for which `advance` has something to do; asked by the sweep, so that a lost ring costs seconds. */
export async function requestsToAdvance(
  query: Query,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT r.id FROM requests r JOIN datasets d ON d.id = r.dataset_id
     WHERE r.state IN ('submitted', 'lookup', 'running', 'canceling') AND r.id > $1::uuid
       AND (r.state IN ('submitted', 'canceling') OR r.ending IS NOT NULL OR r.deadline < now()
         OR (r.state = 'lookup' AND d.outcome IS NOT NULL)
         OR EXISTS (SELECT FROM request_steps s WHERE s.request_id = r.id AND (s.waiting > 0 OR (s.step = 1 AND s.registered < d.file_count)))
         OR (r.state = 'running' AND NOT EXISTS (SELECT FROM request_steps s WHERE s.request_id = r.id AND s.waiting + s.queued + s.running > 0)))
     ORDER BY r.id LIMIT $2`,
    [after, limit],
  );
  return rows.map((row) => row.id);
}

export async function requestsOfDataset(query: Query, datasetId: number): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT id FROM requests WHERE dataset_id = $1 AND state IN ('submitted', 'lookup', 'running')`,
    [datasetId],
  );
  return rows.map((row) => row.id);
}
