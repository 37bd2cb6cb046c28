import type { Query } from "../../db/client.ts";
import { waitSql, workersOwnClasses } from "../retry-policy.ts";
import { fileMoves, fileStates, sqlList } from "../state.ts";

/** One deciding report of one file, folded; a batch holds at most one a file. */
export interface ReportRow {
  request: string;
  file: number;
  step: number;
  attempt: number;
  status: "start" | "retry" | "success" | "failure";
  /** counts for whatever attempt the file is in, while the file is open (workers that know no attempts) */
  open: boolean;
  worker: string;
  /** in milliseconds */
  at: number;
  /** a start that came in the same batch, for the history */
  startAt: number | null;
  class: string | null;
  /** the message with numbers, paths and ids taken out */
  groupMessage: string | null;
  fingerprint: string | null;
  info: string | null;
  /** JSON of [{name, size, checksum, details, read_as}] */
  results: string | null;
}

/** `unmoved`: the file is in another attempt or state by now; `unknown`: there is no such file in such a request. */
export type Outcome = "moved" | "unmoved" | "unknown";

const reportable = fileMoves.succeed.from;
const anyOpen = fileMoves.fail.from;

/** What the report counts as: where the step says which classes are worth another try, its word stands over the worker's. */
const statusSql = `CASE
      WHEN p.retry_classes IS NULL OR said NOT IN ('retry', 'failure') THEN said
      WHEN class = ANY(p.retry_classes) OR (said = 'retry' AND class IN (${sqlList(workersOwnClasses)})) THEN 'retry'
      ELSE 'failure'
    END`;

/** A delta a state word: each file is counted in exactly one (step, state). */
const stateDeltas = fileStates
  .map((state) => `coalesce(sum(n) FILTER (WHERE state = '${state}'), 0) AS ${state}`)
  .join(", ");
const addDeltas = fileStates.map((state) => `${state} = s.${state} + l.${state}`).join(", ");

/**
 * Moves, counters, history, results and error groups of a batch in one statement: counters grow by the file rows that really moved.
 * Rows are locked by (request, file), counters by (request, step), so that two batches never wait for each other crosswise.
 * Postgres runs the writes of one statement from the last to the first: the counters, on whose row all batches of a request meet, come last.
 * Times travel as milliseconds: written as text they took a fifth of the service's share of a report.
 * What a step says about retries is read once a batch and step, and only where something failed: its row has a version a batch, and
 * a look by each file would walk them all.
 */
const recordSql = `
WITH c AS MATERIALIZED (
  SELECT i.*, f.step AS f_step, f.attempt AS f_attempt, f.state AS f_state, f.tries, r.created_on, r.steps, r.round
  FROM unnest($1::int[], $2::uuid[], $3::bigint[], $4::int[], $5::int[], $6::text[], $7::boolean[], $8::text[], $9::float8[],
              $10::float8[], $11::text[], $12::text[], $13::text[], $14::text[], $15::jsonb[])
    AS i(ord, request_id, file_id, step, attempt, said, open, worker, at, start_at, class, group_message, fingerprint, info, results)
  JOIN request_files f ON f.request_id = i.request_id AND f.file_id = i.file_id
  JOIN requests r ON r.id = i.request_id
  ORDER BY f.request_id, f.file_id FOR UPDATE OF f
), p AS MATERIALIZED (
  SELECT s.request_id, s.step, s.retry_attempts, s.retry_wait_seconds, s.retry_classes
  FROM (SELECT DISTINCT request_id, f_step FROM c WHERE said IN ('retry', 'failure')) k
  JOIN request_steps s ON s.request_id = k.request_id AND s.step = k.f_step
  WHERE s.retry_attempts IS NOT NULL OR s.retry_wait_seconds IS NOT NULL OR s.retry_classes IS NOT NULL
), j AS (
  SELECT c.*, ${statusSql} AS status, coalesce(p.retry_attempts, $16) AS most_tries, coalesce(p.retry_wait_seconds, 1) AS first_wait
  FROM c LEFT JOIN p ON p.request_id = c.request_id AND p.step = c.f_step
), e AS MATERIALIZED (
  SELECT j.*, greatest(f_attempt, 1) AS used_attempt,
    CASE WHEN status = 'success' AND f_step < steps THEN f_step + 1 ELSE f_step END AS to_step,
    CASE
      WHEN NOT ((f_state IN (${sqlList(reportable)}) AND f_step = step AND f_attempt = attempt) OR (open AND f_state IN (${sqlList(anyOpen)}))) THEN NULL
      WHEN status = 'start' AND f_state IN (${sqlList(fileMoves.start.from)}) THEN '${fileMoves.start.to}'
      WHEN status = 'success' AND f_step < steps THEN '${fileMoves.pass.to}'
      WHEN status = 'success' THEN '${fileMoves.succeed.to}'
      WHEN status = 'retry' AND tries + 1 < most_tries THEN '${fileMoves.retry.to}'
      WHEN status IN ('retry', 'failure') THEN '${fileMoves.fail.to}'
    END AS to_state
  FROM j
), k AS (
  SELECT request_id, step, ${stateDeltas}, coalesce(sum(passed), 0) AS passed, coalesce(sum(results), 0) AS results
  FROM (
    SELECT request_id, f_step AS step, f_state AS state, -1 AS n, (to_step > f_step)::int AS passed,
      CASE WHEN status = 'success' THEN coalesce(jsonb_array_length(results), 0) ELSE 0 END AS results
    FROM e WHERE to_state IS NOT NULL
    UNION ALL SELECT request_id, to_step, to_state, 1, 0, 0 FROM e WHERE to_state IS NOT NULL
  ) deltas GROUP BY request_id, step
), l AS MATERIALIZED (
  SELECT k.*, s.result_seq FROM k JOIN request_steps s ON s.request_id = k.request_id AND s.step = k.step
  ORDER BY s.request_id, s.step FOR UPDATE OF s
), s AS (
  UPDATE request_steps s SET ${addDeltas}, passed = s.passed + l.passed, result_seq = s.result_seq + l.results, version = s.version + 1
  FROM l WHERE s.request_id = l.request_id AND s.step = l.step
), made AS (
  SELECT e.request_id, e.file_id, e.f_step, e.used_attempt, e.ord, x.name, x.size, x.checksum, x.details, x.read_as, md5(x.read_as::text) AS digest
  FROM e CROSS JOIN LATERAL jsonb_to_recordset(e.results) AS x(name text, size bigint, checksum text, details jsonb, read_as jsonb)
  WHERE e.status = 'success' AND e.to_state IS NOT NULL AND e.results IS NOT NULL
), o AS (
  INSERT INTO results (request_id, file_id, step, attempt, seq, name, size, checksum, details, read_as)
  SELECT x.request_id, x.file_id, x.f_step, x.used_attempt,
    l.result_seq + row_number() OVER (PARTITION BY x.request_id, x.f_step ORDER BY x.ord, x.name), x.name, x.size, x.checksum, x.details, x.digest
  FROM made x JOIN l ON l.request_id = x.request_id AND l.step = x.f_step
), understood AS (
  INSERT INTO request_schemas AS known (request_id, step, digest, read_as, files, examples)
  SELECT request_id, f_step, digest, (array_agg(read_as))[1], count(*), (array_agg(file_id ORDER BY file_id))[1:5]
  FROM made WHERE read_as IS NOT NULL GROUP BY request_id, f_step, digest ORDER BY request_id, f_step, digest
  ON CONFLICT (request_id, step, digest) DO UPDATE
    SET files = known.files + excluded.files, examples = (known.examples || excluded.examples)[1:5]
), u AS (
  UPDATE request_files f SET
    step = e.to_step, state = e.to_state, worker = e.worker, updated_at = now(),
    attempt = CASE WHEN e.to_step <> e.f_step THEN 0 ELSE e.used_attempt END,
    tries = CASE WHEN e.to_step <> e.f_step THEN 0 WHEN e.status IN ('retry', 'failure') THEN e.tries + 1 ELSE e.tries END,
    lease_until = CASE WHEN e.to_state = 'running' THEN now() + make_interval(secs => $17) END,
    not_before = CASE WHEN e.status = 'retry' AND e.to_state = 'waiting' THEN now() + make_interval(secs => ${waitSql("e.first_wait", "e.tries")}) END,
    error_group = CASE WHEN e.status IN ('retry', 'failure') THEN e.fingerprint END
  FROM e WHERE e.to_state IS NOT NULL AND f.request_id = e.request_id AND f.file_id = e.file_id
), h AS (
  INSERT INTO file_status (request_created, request_id, file_id, step, attempt, status, timestamp, round, pod_name, info)
  SELECT created_on, request_id, file_id, f_step, used_attempt,
    CASE WHEN status = 'retry' AND to_state = 'failed' THEN 'failure' ELSE status END, to_timestamp(at / 1000), round, worker, info
  FROM e WHERE to_state IS NOT NULL
  UNION ALL
  SELECT created_on, request_id, file_id, f_step, used_attempt, 'start', to_timestamp(start_at / 1000), round, worker, NULL
  FROM e WHERE to_state IS NOT NULL AND start_at IS NOT NULL
  ON CONFLICT DO NOTHING
), g AS (
  INSERT INTO error_groups (request_id, fingerprint, class, message)
  SELECT DISTINCT ON (request_id, fingerprint) request_id, fingerprint, class, group_message
  FROM e WHERE to_state IS NOT NULL AND fingerprint IS NOT NULL ORDER BY request_id, fingerprint
  ON CONFLICT DO NOTHING
)
SELECT json_agg(ord) FILTER (WHERE to_state IS NOT NULL) AS moved, json_agg(ord) FILTER (WHERE to_state IS NULL) AS unmoved FROM e`;

export async function recordReports(
  query: Query,
  rows: ReportRow[],
  fileAttempts: number,
  leaseSeconds: number,
): Promise<Outcome[]> {
  const words = (value: (row: ReportRow) => string | number | boolean | null) =>
    plainArray(rows.map(value));
  const texts = (value: (row: ReportRow) => string | null) => rows.map(value);
  const [said] = await query<{ moved: number[] | null; unmoved: number[] | null }>(
    recordSql,
    [
      plainArray([...rows.keys()]),
      words((row) => row.request),
      words((row) => row.file),
      words((row) => row.step),
      words((row) => row.attempt),
      words((row) => row.status),
      words((row) => row.open),
      texts((row) => row.worker),
      words((row) => row.at),
      words((row) => row.startAt),
      texts((row) => row.class),
      texts((row) => row.groupMessage),
      texts((row) => row.fingerprint),
      texts((row) => row.info),
      texts((row) => row.results),
      fileAttempts,
      leaseSeconds,
    ],
    "record_reports",
  );
  const outcomes = rows.map((): Outcome => "unknown");
  for (const ord of said?.moved ?? []) outcomes[ord] = "moved";
  for (const ord of said?.unmoved ?? []) outcomes[ord] = "unmoved";
  return outcomes;
}

/** As Postgres writes an array of ids, numbers and our own words, which need no quotes: the driver would look at each for them. */
function plainArray(values: (string | number | boolean | null)[]): string {
  return `{${values.map((value) => value ?? "NULL").join(",")}}`;
}

/**
 * Of reports that moved nothing: which are in the history already (said again), and which never were. One look by key for each: as a
 * join the planner walked the request's whole history for each report (10,000 duplicates of 40,000 files took 65 s).
 */
export async function areRecorded(
  query: Query,
  rows: Pick<ReportRow, "request" | "file" | "step" | "attempt" | "status">[],
): Promise<boolean[]> {
  const found = await query<{ ord: number }>(
    `SELECT i.ord FROM unnest($1::int[], $2::uuid[], $3::bigint[], $4::int[], $5::int[], $6::text[]) AS i(ord, request_id, file_id, step, attempt, status)
     JOIN requests r ON r.id = i.request_id
     CROSS JOIN LATERAL (
       SELECT FROM file_status h
       WHERE h.request_created = r.created_on AND h.request_id = i.request_id AND h.file_id = i.file_id AND h.step = i.step AND h.attempt = i.attempt
         AND (h.status = i.status OR (h.status = 'failure' AND i.status = 'retry') OR (h.status = 'retry' AND i.status = 'failure' AND EXISTS (
           SELECT FROM request_steps s WHERE s.request_id = i.request_id AND s.step = i.step AND s.retry_classes IS NOT NULL)))
       LIMIT 1
     ) found`,
    [
      rows.map((_, ord) => ord),
      rows.map((row) => row.request),
      rows.map((row) => row.file),
      rows.map((row) => row.step),
      rows.map((row) => row.attempt),
      rows.map((row) => row.status),
    ],
    "are_recorded",
  );
  const recorded = new Set(found.map((row) => row.ord));
  return rows.map((_, ord) => recorded.has(ord));
}
