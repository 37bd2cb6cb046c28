import type { DatasetState } from "../../datasets/state.ts";
import type { Query } from "../../db/client.ts";
import { hasWorkload } from "../has-workload.ts";
import type { Ending, StoredRequestState } from "../state.ts";
import { counterPairs } from "../step-counters.ts";

export interface StepFacts {
  step: number;
  operation: string;
  settings: Record<string, unknown>;
  registered: number;
  waiting: number;
  queued: number;
  running: number;
  done: number;
  failed: number;
  canceled: number;
  passed: number;
  version: number;
  /** others' containers do its work */
  workload: boolean;
}

export interface RequestFacts {
  id: string;
  state: StoredRequestState;
  ending: Ending | null;
  reason: string | null;
  facts: number;
  workers: number | null;
  stopAfterFailedPercent: number | null;
  overdue: boolean;
  /** it came in another service's words, whose workers may do its work */
  ofFacade: boolean;
  datasetId: number;
  datasetState: DatasetState;
  /** the list of files is closed: no more are added */
  datasetClosed: boolean;
  datasetReason: string | null;
  datasetIncomplete: boolean;
  datasetFiles: number;
  /** of callers of a façade without a name; null: no limit of theirs */
  mostFiles: number | null;
  incomplete: boolean;
  steps: StepFacts[];
}

export async function readFacts(query: Query, id: string): Promise<RequestFacts | undefined> {
  const [row] = await query<RequestFacts>(
    `SELECT r.id, r.state, r.ending, r.reason, r.facts, r.workers,
       r.stop_after_failed_percent AS "stopAfterFailedPercent",
       coalesce(r.deadline < now(), false) AS overdue, r.incomplete,
       r.facade IS NOT NULL AS "ofFacade",
       r.dataset_id AS "datasetId", d.state AS "datasetState",
       d.outcome IS NOT NULL AS "datasetClosed", d.reason AS "datasetReason",
       d.incomplete AS "datasetIncomplete", d.file_count AS "datasetFiles",
       (SELECT min(c.most_files) FROM facade_callers c WHERE c.owner = r.owner) AS "mostFiles",
       (SELECT json_agg(json_build_object('step', s.step, 'operation', s.operation,
            'settings', s.settings,
            'registered', s.registered, ${counterPairs("s")}, 'version', s.version,
            'workload', ${hasWorkload("s")}) ORDER BY s.step)
        FROM request_steps s WHERE s.request_id = r.id) AS steps
     FROM requests r JOIN datasets d ON d.id = r.dataset_id WHERE r.id = $1`,
    [id],
    "read_facts",
  );
  return row;
}

/** Without statistics the planner picks the wrong index. Called at each tenfold growth. */
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
    `UPDATE requests SET incomplete = true, reason = coalesce(reason, $2)
     WHERE id = $1 AND NOT incomplete`,
    [id, reason],
  );
}

/**
 * Counts the files that are not settled. Locks the request and then its counters, in the order of
 * every writer.
 */
export async function openFiles(query: Query, id: string): Promise<number> {
  await query(`SELECT FROM requests WHERE id = $1 FOR UPDATE`, [id]);
  const rows = await query<{ open: number }>(
    `SELECT waiting + queued + running AS open FROM request_steps
     WHERE request_id = $1 ORDER BY step FOR UPDATE`,
    [id],
  );
  return rows.reduce((total, row) => total + row.open, 0);
}
