import type { Query } from "../../db/client.ts";
import type { Duty } from "../../db/leader.ts";
import type { Trouble } from "../../runner/contract.ts";
import { dispatchStates, sqlList } from "../state.ts";

/** A key of JSON that counts workers or files; here it is not the state of a file. */
const runningKey = "running";

/** Records that a worker asked for work of these operations now. */
export async function recordClaim(query: Query, operations: readonly string[]): Promise<void> {
  await query(
    `INSERT INTO operation_activity AS activity (operation, claimed_at)
     SELECT operation, now() FROM unnest($1::text[]) AS claimed(operation) ORDER BY operation
     ON CONFLICT (operation) DO UPDATE SET claimed_at = excluded.claimed_at`,
    [operations],
    "record_claim",
  );
}

export interface StorageProblem {
  operation: string;
  /** `disk` or `store` */
  class: string;
  sentence: string;
}

/** Records that a worker gave back a file of the operation, since nothing can be written. */
export async function recordStorageProblem(
  query: Query,
  { operation, class: problemClass, sentence }: StorageProblem,
): Promise<void> {
  await query(
    `INSERT INTO operation_activity AS activity
       (operation, storage_problem_at, storage_problem_class, storage_problem)
     VALUES ($1, now(), $2, $3)
     ON CONFLICT (operation) DO UPDATE SET storage_problem_at = excluded.storage_problem_at,
       storage_problem_class = excluded.storage_problem_class,
       storage_problem = excluded.storage_problem`,
    [operation, problemClass, sentence],
    "record_storage_problem",
  );
}

const requestsSampled = 20_000;
const samplesKept = 60;

/** Samples the counters of open requests: one row for each that progressed, none for files. */
export async function samplePace(query: Query): Promise<void> {
  await query(
    `WITH progress AS (
       SELECT requests.id, requests.round,
         sum(steps.passed + steps.done + steps.failed + steps.canceled)::bigint AS finished
       FROM requests JOIN request_steps AS steps ON steps.request_id = requests.id
       WHERE requests.state IN (${sqlList(dispatchStates)})
       GROUP BY requests.id ORDER BY requests.id LIMIT ${requestsSampled}
     ), ended AS (
       DELETE FROM request_pace AS pace WHERE NOT EXISTS (
         SELECT FROM requests WHERE id = pace.request_id AND state IN (${sqlList(dispatchStates)}))
     )
     INSERT INTO request_pace AS pace (request_id, round, sampled_at, finished)
     SELECT id, round, ARRAY[now()], ARRAY[finished] FROM progress
     ON CONFLICT (request_id) DO UPDATE SET round = excluded.round,
       sampled_at = CASE WHEN pace.round <> excluded.round THEN excluded.sampled_at
         ELSE ${appended("sampled_at")} END,
       finished = CASE WHEN pace.round <> excluded.round THEN excluded.finished
         ELSE ${appended("finished")} END
     WHERE pace.round <> excluded.round
       OR pace.finished[cardinality(pace.finished)] <> excluded.finished[1]`,
    [],
    "sample_pace",
  );
}

/** The last samples with the new one. */
function appended(column: string): string {
  const first = `greatest(1, cardinality(pace.${column}) - ${samplesKept - 2})`;
  return `(pace.${column} || excluded.${column})[${first}:]`;
}

/** Counts the files of each operation that workers hold, over all open requests. */
export async function sampleLoad(query: Query): Promise<void> {
  await query(
    `WITH load AS (
       SELECT steps.operation, sum(steps.running)::bigint AS running
       FROM requests JOIN request_steps AS steps ON steps.request_id = requests.id
       WHERE requests.state IN (${sqlList(dispatchStates)})
       GROUP BY steps.operation
     ), idle AS (
       UPDATE operation_activity AS activity SET running = 0
       WHERE running > 0 AND NOT EXISTS (SELECT FROM load WHERE load.operation = activity.operation)
     )
     INSERT INTO operation_activity AS activity (operation, running)
     SELECT operation, running FROM load ORDER BY operation
     ON CONFLICT (operation) DO UPDATE SET running = excluded.running
     WHERE activity.running <> excluded.running`,
    [],
    "sample_load",
  );
}

const schedulerDuty: Duty = "scheduler";

export interface SavedGroup {
  key: string;
  request: string | null;
  step: number | null;
  operations: string[];
  running: number;
  troubles: Omit<Trouble, "since">[];
}

/**
 * Replaces the saved groups: only the leader's runner has workers. Nothing else guards this write,
 * so it happens only in the leader's term.
 */
export async function saveWorkerGroups(
  query: Query,
  groups: SavedGroup[],
  term: number,
): Promise<void> {
  await query(
    `WITH current_term AS MATERIALIZED (
       SELECT EXISTS (
         SELECT FROM leaders WHERE duty = $3 AND term = $2 AND expires_at > clock_timestamp()
       ) AS is_ours
     ), given AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS given(
         key text, request uuid, step smallint, operations text[], running int, troubles jsonb)
     ), deleted AS (
       DELETE FROM worker_groups WHERE group_key NOT IN (SELECT key FROM given)
         AND (SELECT is_ours FROM current_term)
     )
     INSERT INTO worker_groups (group_key, request_id, step, operations, running, troubles)
     SELECT key, request, step, operations, running, troubles FROM given
     WHERE (SELECT is_ours FROM current_term)
     ON CONFLICT (group_key) DO UPDATE SET request_id = excluded.request_id, step = excluded.step,
       operations = excluded.operations, running = excluded.running, troubles = excluded.troubles`,
    [JSON.stringify(groups), term, schedulerDuty],
    "save_worker_groups",
  );
}

export interface ActivityRow {
  /** milliseconds, by the clock of the database */
  now: number;
  round: number | null;
  sampled: number[] | null;
  finished: number[] | null;
  operations:
    | {
        operation: string;
        running: number;
        claimedAt: number | null;
        storageProblem: { at: number; class: string; sentence: string } | null;
      }[]
    | null;
  groups: Pick<SavedGroup, "step" | "operations" | "running" | "troubles">[] | null;
  /** when the leading scheduler, and a process that starts workers, were last seen */
  beats: { scheduler?: number; workers?: number } | null;
}

/** What the processes of the service have recorded about a request: a few reads by key. */
export async function readActivity(query: Query, request: string): Promise<ActivityRow> {
  const [row] = await query<ActivityRow>(
    `SELECT extract(epoch FROM now())::float8 * 1000 AS now, pace.round, pace.finished,
       (SELECT json_agg(extract(epoch FROM at)::float8 * 1000 ORDER BY place)
        FROM unnest(pace.sampled_at) WITH ORDINALITY AS samples(at, place)) AS sampled,
       (SELECT json_agg(json_build_object('operation', activity.operation,
          '${runningKey}', activity.running,
          'claimedAt', extract(epoch FROM activity.claimed_at)::float8 * 1000,
          'storageProblem', CASE WHEN storage_problem_at IS NOT NULL THEN json_build_object(
            'at', extract(epoch FROM storage_problem_at)::float8 * 1000,
            'class', storage_problem_class, 'sentence', storage_problem) END))
        FROM operation_activity AS activity) AS operations,
       (SELECT json_agg(json_build_object('step', step, 'operations', operations,
          '${runningKey}', running, 'troubles', troubles) ORDER BY group_key)
        FROM worker_groups WHERE request_id IS NULL OR request_id = $1) AS groups,
       (SELECT json_object_agg(duty, extract(epoch FROM beat_at)::float8 * 1000)
        FROM service_beats) AS beats
     FROM (SELECT 1) AS always LEFT JOIN request_pace AS pace ON pace.request_id = $1`,
    [request],
    "read_activity",
  );
  if (!row) throw new Error("the database returned no row of activity");
  return row;
}
