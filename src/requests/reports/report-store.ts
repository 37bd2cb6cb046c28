import type { Query } from "../../db/client.ts";
import { notStartedClass } from "../../operations/contract.ts";
import { assignments, givenBackSql, isWithheldFrom } from "../given-back.ts";
import { lastAttemptIn } from "../go-back-move.ts";
import { waitSql, workersOwnClasses } from "../retry-policy.ts";
import { fileMoves, fileSql, fileStates, finalFileStates, historySql, sqlList } from "../state.ts";
import type { ReportRow } from "./report-row.ts";

/**
 * `unmoved`: the file is in another attempt or state; `unknown`: the request has no such file, or
 * does not exist.
 */
export type Outcome = "moved" | "unmoved" | "unknown";

const reportable = fileMoves.succeed.from;
const anyOpen = fileMoves.fail.from;
const { start, retry, success, failure, given_back } = historySql;

/**
 * The status that a report counts as. A step's list of classes to retry overrides the worker's
 * choice.
 */
const statusSql = `CASE
      WHEN policies.retry_classes IS NULL OR reported NOT IN (${retry}, ${failure}) THEN reported
      WHEN class = ANY(policies.retry_classes)
        OR (reported = ${retry} AND class IN (${sqlList(workersOwnClasses)})) THEN ${retry}
      ELSE ${failure}
    END`;

/** One sum for each state: each file is counted in exactly one (step, state). */
const stateSums = fileStates
  .map((state) => `coalesce(sum(n) FILTER (WHERE state = ${fileSql[state]}), 0) AS ${state}`)
  .join(",\n    ");
const addDeltas = fileStates
  .map((state) => `${state} = s.${state} + locked_steps.${state}`)
  .join(",\n    ");

/** A file that went back is read again: it counts once for each way in which it was read. */
const readSoBefore = `EXISTS (SELECT FROM file_status h
      WHERE h.request_created = read.created_on AND h.request_id = read.request_id
        AND h.file_id = read.file_id AND h.step = read.file_step
        AND read.digest = ANY(h.read_as))`;

const waitsForWorker = `decided.status = ${given_back}
      AND decided.class IS DISTINCT FROM '${notStartedClass}'`;

/** Whoever reports, the worker that has the file gave it back. */
const { not_before: givenBackUntil, ...givenBackColumns } = givenBackSql({
  worker: "coalesce(f.worker, decided.worker)",
  report: "decided",
  isOver: `decided.to_step <> decided.file_step
        OR decided.to_state IN (${sqlList(finalFileStates)})`,
});

/**
 * Moves, counters, history, results and error groups of a batch in one statement. It is the hot
 * statement and therefore written by hand; its state words come from the table of moves, as in
 * `fileMoveSql`, and so do the order of locks and of writes.
 *
 * Times are sent as milliseconds: as text they took a fifth of the service's time per report. Retry
 * policies are read once per batch and step, and only if something failed: each batch leaves
 * another version of the step's row, and a read for each file would visit them all.
 */
const recordSql = `
WITH candidates AS MATERIALIZED (
  SELECT given.*, f.step AS file_step, f.attempt AS file_attempt, f.state AS file_state,
    f.tries, f.went_back, ${isWithheldFrom("f", "given.worker")} AS is_withheld, r.created_on,
    r.steps, r.round
  FROM unnest($1::int[], $2::uuid[], $3::bigint[], $4::int[], $5::int[], $6::text[], $7::boolean[],
      $8::text[], $9::float8[], $10::float8[], $11::text[], $12::text[], $13::text[], $14::text[],
      $15::text[], $16::jsonb[], $19::bigint[], $20::text[])
    AS given(ord, request_id, file_id, step, attempt, reported, open,
      worker, at, start_at, class, group_message, fingerprint, info,
      content, results, input_size, input_sha256)
  JOIN request_files f ON f.request_id = given.request_id AND f.file_id = given.file_id
  JOIN requests r ON r.id = given.request_id
  ORDER BY f.request_id, f.file_id FOR UPDATE OF f
), policies AS MATERIALIZED (
  SELECT s.request_id, s.step, s.retry_attempts, s.retry_wait_seconds, s.retry_classes
  FROM (SELECT DISTINCT request_id, file_step FROM candidates
        WHERE reported IN (${retry}, ${failure})) AS failing_steps
  JOIN request_steps s
    ON s.request_id = failing_steps.request_id AND s.step = failing_steps.file_step
  WHERE s.retry_attempts IS NOT NULL OR s.retry_wait_seconds IS NOT NULL
    OR s.retry_classes IS NOT NULL
), judged AS (
  SELECT candidates.*, ${statusSql} AS status,
    coalesce(policies.retry_attempts, $17) AS most_tries,
    coalesce(policies.retry_wait_seconds, 1) AS first_wait
  FROM candidates LEFT JOIN policies
    ON policies.request_id = candidates.request_id AND policies.step = candidates.file_step
), decided AS MATERIALIZED (
  SELECT judged.*, greatest(file_attempt, 1) AS used_attempt,
    CASE WHEN status = ${success} AND file_step < steps THEN file_step + 1
      ELSE file_step END AS to_step,
    CASE
      WHEN NOT (
        (file_state IN (${sqlList(reportable)}) AND file_step = step AND file_attempt = attempt)
        OR (open AND file_state IN (${sqlList(anyOpen)})
          AND (status <> ${retry} OR file_state IN (${sqlList(reportable)})))) THEN NULL
      WHEN status = ${start} AND is_withheld THEN NULL
      WHEN status = ${start} AND file_state IN (${sqlList(fileMoves.start.from)})
        THEN '${fileMoves.start.to}'
      WHEN status = ${success} AND file_step < steps THEN '${fileMoves.pass.to}'
      WHEN status = ${success} THEN '${fileMoves.succeed.to}'
      WHEN status = ${given_back} AND file_state IN (${sqlList(fileMoves.giveBack.from)})
        THEN '${fileMoves.giveBack.to}'
      WHEN status = ${retry} AND tries + 1 < most_tries THEN '${fileMoves.retry.to}'
      WHEN status IN (${retry}, ${failure}) THEN '${fileMoves.fail.to}'
    END AS to_state
  FROM judged
), deltas AS (
  SELECT request_id, step,
    ${stateSums},
    coalesce(sum(passed), 0) AS passed, coalesce(sum(results), 0) AS results
  FROM (
    SELECT request_id, file_step AS step, file_state AS state, -1 AS n,
      (to_step > file_step)::int AS passed,
      CASE WHEN status = ${success} THEN coalesce(jsonb_array_length(results), 0)
        ELSE 0 END AS results
    FROM decided WHERE to_state IS NOT NULL
    UNION ALL
    SELECT request_id, to_step, to_state, 1, 0, 0 FROM decided WHERE to_state IS NOT NULL
  ) AS changes
  GROUP BY request_id, step
), locked_steps AS MATERIALIZED (
  SELECT deltas.*, s.result_seq
  FROM deltas JOIN request_steps s ON s.request_id = deltas.request_id AND s.step = deltas.step
  ORDER BY s.request_id, s.step FOR UPDATE OF s
), counters AS (
  UPDATE request_steps s SET
    ${addDeltas},
    passed = s.passed + locked_steps.passed, result_seq = s.result_seq + locked_steps.results,
    version = s.version + 1
  FROM locked_steps WHERE s.request_id = locked_steps.request_id AND s.step = locked_steps.step
), reported_results AS (
  SELECT decided.request_id, decided.file_id, decided.file_step, decided.used_attempt, decided.ord,
    decided.created_on, decided.went_back,
    result.name, result.size, result.checksum, result.etag, result.details, result.read_as,
    md5(result.read_as::text) AS digest
  FROM decided CROSS JOIN LATERAL jsonb_to_recordset(decided.results)
    AS result(name text, size bigint, checksum text, etag text, details jsonb, read_as jsonb)
  WHERE decided.status = ${success} AND decided.to_state IS NOT NULL AND decided.results IS NOT NULL
), new_results AS (
  INSERT INTO results
    (request_id, file_id, step, attempt, seq, name, size, checksum, etag, details, read_as)
  SELECT result.request_id, result.file_id, result.file_step, result.used_attempt,
    locked_steps.result_seq + row_number() OVER (
      PARTITION BY result.request_id, result.file_step ORDER BY result.ord, result.name),
    result.name, result.size, result.checksum, result.etag, result.details, result.digest
  FROM reported_results AS result
  JOIN locked_steps
    ON locked_steps.request_id = result.request_id AND locked_steps.step = result.file_step
), readings AS (
  SELECT ord, array_agg(DISTINCT digest) AS digests
  FROM reported_results WHERE read_as IS NOT NULL GROUP BY ord
), schemas AS (
  INSERT INTO request_schemas AS known (request_id, step, digest, read_as, files, examples)
  SELECT request_id, file_step, digest, (array_agg(read_as))[1], count(DISTINCT file_id),
    (array_agg(DISTINCT file_id ORDER BY file_id))[1:5]
  FROM reported_results AS read
  WHERE read_as IS NOT NULL AND NOT (went_back AND ${readSoBefore})
  GROUP BY request_id, file_step, digest ORDER BY request_id, file_step, digest
  ON CONFLICT (request_id, step, digest) DO UPDATE
    SET files = known.files + excluded.files,
      examples = (known.examples || excluded.examples)[1:5]
), file_rows AS (
  UPDATE request_files f SET
    step = decided.to_step, state = decided.to_state, worker = decided.worker, updated_at = now(),
    attempt = CASE WHEN decided.to_step = decided.file_step THEN decided.used_attempt
      WHEN decided.went_back THEN ${lastAttemptIn("decided")} ELSE 0 END,
    tries = CASE WHEN decided.to_step <> decided.file_step THEN 0
      WHEN decided.status IN (${retry}, ${failure}) THEN decided.tries + 1
      ELSE decided.tries END,
    alone = f.alone AND decided.to_step = decided.file_step,
    lease_until = CASE WHEN decided.to_state = '${fileMoves.start.to}'
      THEN now() + make_interval(secs => $18) END,
    ${assignments(givenBackColumns)},
    not_before = CASE WHEN ${waitsForWorker} THEN ${givenBackUntil}
      WHEN decided.status = ${retry} AND decided.to_state = '${fileMoves.retry.to}'
      THEN now() + make_interval(secs => ${waitSql("decided.first_wait", "decided.tries")}) END,
    error_group = CASE WHEN decided.status IN (${retry}, ${failure}) THEN decided.fingerprint END,
    failed_content = CASE WHEN decided.status = ${failure} THEN decided.content END
  FROM decided WHERE decided.to_state IS NOT NULL
    AND f.request_id = decided.request_id AND f.file_id = decided.file_id
), history AS (
  INSERT INTO file_status
    (request_created, request_id, file_id, step, attempt, status, timestamp, round, pod_name, info,
      read_as, input_size, input_sha256)
  SELECT created_on, request_id, file_id, file_step, used_attempt, ${start},
    to_timestamp(start_at / 1000), round, worker, NULL, NULL::text[], NULL::bigint, NULL
  FROM decided WHERE to_state IS NOT NULL AND start_at IS NOT NULL
  UNION ALL
  SELECT created_on, request_id, file_id, file_step, used_attempt,
    CASE WHEN status = ${retry} AND to_state = '${fileMoves.fail.to}' THEN ${failure}
      ELSE status END,
    to_timestamp(at / 1000), round, worker, info, readings.digests, input_size, input_sha256
  FROM decided LEFT JOIN readings USING (ord) WHERE to_state IS NOT NULL
  ON CONFLICT DO NOTHING
), groups AS (
  INSERT INTO error_groups (request_id, fingerprint, class, message)
  SELECT DISTINCT ON (request_id, fingerprint) request_id, fingerprint, class, group_message
  FROM decided WHERE to_state IS NOT NULL AND fingerprint IS NOT NULL
  ORDER BY request_id, fingerprint
  ON CONFLICT DO NOTHING
)
SELECT json_agg(ord) FILTER (WHERE to_state IS NOT NULL) AS moved,
  json_agg(ord) FILTER (WHERE to_state IS NULL) AS unmoved FROM decided`;

export async function recordReports(
  query: Query,
  rows: ReportRow[],
  fileAttempts: number,
  leaseSeconds: number,
): Promise<Outcome[]> {
  const words = (value: (row: ReportRow) => string | number | boolean | null) => {
    const values = unlessEmpty(rows.map(value));
    return values && plainArray(values);
  };
  const texts = (value: (row: ReportRow) => string | null) => unlessEmpty(rows.map(value));
  const [outcome] = await query<{ moved: number[] | null; unmoved: number[] | null }>(
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
      texts((row) => row.content),
      texts((row) => row.results),
      fileAttempts,
      leaseSeconds,
      words((row) => row.inputSize),
      words((row) => row.inputSha256),
    ],
    "record_reports",
  );
  const outcomes = rows.map((): Outcome => "unknown");
  for (const ord of outcome?.moved ?? []) outcomes[ord] = "moved";
  for (const ord of outcome?.unmoved ?? []) outcomes[ord] = "unmoved";
  return outcomes;
}

/**
 * An array of ids, numbers and status words in the syntax of Postgres. None of them needs quotes,
 * and the driver would check each.
 */
function plainArray(values: (string | number | boolean | null)[]): string {
  return `{${values.map((value) => value ?? "NULL").join(",")}}`;
}

/** No array in place of one without values: `unnest` fills the column with NULL. */
function unlessEmpty<Value>(values: (Value | null)[]): (Value | null)[] | null {
  return values.some((value) => value !== null) ? values : null;
}
