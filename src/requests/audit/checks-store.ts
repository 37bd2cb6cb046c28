import { isWithheldFrom } from "../given-back.ts";
import { newestFirst, wasBefore } from "../history-order.ts";
import {
  fileSql,
  fileStates,
  finalRequestStates,
  type HistoryStatus,
  historySql,
  openFileStates,
  requestMoves,
  requestSql,
  sqlList,
} from "../state.ts";
import { lostSecretsSql } from "./lost-secrets-store.ts";
import { overLimitSql } from "./over-limit-store.ts";
import { scope } from "./scope.ts";

export interface Check {
  invariant: string;
  /** rows {request, file?, detail}; $1 is a request's id or null for all */
  sql: string;
  /** what $2 is */
  parameter?: "fileAttempts" | "operationsWithOutputs";
}

/** How an attempt ends when a worker reports it. */
const outcomes: HistoryStatus[] = ["success", "failure", "retry", "given_back"];
/** How a try is used up. */
const endedTries: HistoryStatus[] = ["retry", "failure", "lost"];

const ended = sqlList(finalRequestStates);
const settled = sqlList([...finalRequestStates, requestMoves.delete.to]);
/** Its file rows, history and results are removed in chunks. */
const beingDeleted = `r.state = ${requestSql.deleting}`;
const open = sqlList(openFileStates);
const noRequest = "00000000-0000-0000-0000-000000000000";

const counts = fileStates
  .map((state) => `count(f.*) FILTER (WHERE f.step = s.step AND f.state = '${state}') AS ${state}`)
  .join(", ");
const differs = fileStates.map((state) => `counted.${state} <> s.${state}`).join(" OR ");
const counters = fileStates
  .map((state) => `'${state} ' || s.${state} || '/' || counted.${state}`)
  .join(" || ', ' || ");

/** The invariants of the design (I1 to I13) that the tables alone can show to be broken. */
export const checks: Check[] = [
  {
    invariant: "I1",
    sql: `SELECT r.id AS request, f.file_id AS file,
            'the request is ' || r.state || ' and the file still ' || f.state AS detail
          FROM requests r JOIN request_files f ON f.request_id = r.id
          WHERE ${scope("r.id")} AND r.state IN (${settled}) AND f.state IN (${open})`,
  },
  {
    invariant: "I1",
    sql: `SELECT r.id AS request,
            s.registered || ' files were registered and ' || counted.files
              || ' are in the ledger' AS detail
          FROM requests r JOIN request_steps s ON s.request_id = r.id AND s.step = 1
          CROSS JOIN LATERAL (
            SELECT count(*) AS files FROM request_files f WHERE f.request_id = r.id) AS counted
          WHERE ${scope("r.id")} AND counted.files <> s.registered AND NOT ${beingDeleted}`,
  },
  {
    invariant: "I1",
    sql: `SELECT r.id AS request,
            'complete with ' || s.registered || ' of ' || d.file_count
              || ' files of its dataset' AS detail
          FROM requests r JOIN datasets d ON d.id = r.dataset_id
          JOIN request_steps s ON s.request_id = r.id AND s.step = 1
          WHERE ${scope("r.id")} AND r.state = ${requestSql.complete}
            AND s.registered <> d.file_count`,
  },
  {
    invariant: "I2",
    sql: `SELECT s.request_id AS request,
            'step ' || s.step || ' counts (counter/rows): ' || ${counters}
              || ', passed ' || s.passed || '/' || counted.passed AS detail
          FROM request_steps s JOIN requests r ON r.id = s.request_id CROSS JOIN LATERAL (
            SELECT ${counts}, count(f.*) FILTER (WHERE f.step > s.step) AS passed
            FROM request_files f WHERE f.request_id = s.request_id) AS counted
          WHERE ${scope("s.request_id")} AND (${differs} OR counted.passed <> s.passed)
            AND NOT ${beingDeleted}`,
  },
  {
    invariant: "I3",
    sql: `SELECT r.id AS request,
            'round ' || rounds.round || ' of ' || r.round || ' has ' || rounds.ends
              || ' ends and the request is ' || r.state AS detail
          FROM requests r CROSS JOIN LATERAL (
            SELECT given.round, (
              SELECT count(*) FROM request_moves m
              WHERE m.request_id = r.id AND m.round = given.round
                AND m.to_state IN (${ended})) AS ends
            FROM generate_series(1, r.round) AS given(round)) AS rounds
          WHERE ${scope("r.id")} AND rounds.ends <>
            CASE WHEN rounds.round < r.round OR r.state IN (${settled}) THEN 1 ELSE 0 END`,
  },
  {
    invariant: "I3",
    sql: `SELECT r.id AS request,
            'it is being deleted and has no receipt of its last round' AS detail
          FROM requests r
          LEFT JOIN receipts ON receipts.request_id = r.id AND receipts.round = r.round
          WHERE ${scope("r.id")} AND ${beingDeleted} AND receipts.request_id IS NULL`,
  },
  {
    invariant: "I3",
    sql: `SELECT r.id AS request,
            'the last move ends in ' || coalesce(last.to_state, 'nothing')
              || ' and the request is ' || r.state AS detail
          FROM requests r LEFT JOIN LATERAL (
            SELECT to_state FROM request_moves m
            WHERE m.request_id = r.id ORDER BY id DESC LIMIT 1) AS last ON true
          WHERE ${scope("r.id")} AND last.to_state IS DISTINCT FROM r.state`,
  },
  {
    invariant: "I3",
    sql: `SELECT request,
            'move ' || move || ' begins in ' || from_state || ' after one that ended in '
              || before AS detail
          FROM (
            SELECT request_id AS request, move, from_state,
              lag(to_state) OVER (PARTITION BY request_id ORDER BY id) AS before
            FROM request_moves WHERE ${scope("request_id")}) AS moves
          WHERE before IS NOT NULL AND before IS DISTINCT FROM from_state`,
  },
  {
    invariant: "I5",
    sql: `SELECT h.request_id AS request, h.file_id AS file,
            h.status || ' of attempt ' || h.attempt || ' in step ' || h.step
              || ' was recorded after attempt ' || later.attempt || ' had begun' AS detail
          FROM file_status h
          JOIN file_status later ON later.request_created = h.request_created
            AND later.request_id = h.request_id AND later.file_id = h.file_id
            AND later.step = h.step AND later.attempt > h.attempt
            AND ${wasBefore("later", "h")}
          WHERE ${scope("h.request_id")} AND h.status IN (${sqlList(outcomes)})
            AND later.status <> ${historySql.redrive}`,
  },
  {
    invariant: "I5",
    sql: `SELECT f.request_id AS request, f.file_id AS file,
            'history has attempt ' || max(h.attempt) || ' of step ' || f.step
              || ', the file is at ' || f.attempt AS detail
          FROM request_files f JOIN requests r ON r.id = f.request_id
          JOIN file_status h ON h.request_created = r.created_on
            AND h.request_id = f.request_id AND h.file_id = f.file_id AND h.step = f.step
          WHERE ${scope("f.request_id")} GROUP BY f.request_id, f.file_id, f.step, f.attempt
          HAVING max(h.attempt) > greatest(f.attempt, 1)`,
  },
  {
    invariant: "I5",
    sql: `SELECT o.request_id AS request, o.file_id AS file,
            'result ' || o.name || ' is of attempt ' || o.attempt
              || ', which never succeeded' AS detail
          FROM results o JOIN requests r ON r.id = o.request_id
          LEFT JOIN file_status h ON h.request_created = r.created_on
            AND h.request_id = o.request_id AND h.file_id = o.file_id
            AND h.step = o.step AND h.attempt = o.attempt AND h.status = ${historySql.success}
          WHERE ${scope("o.request_id")} AND o.file_id IS NOT NULL AND h.status IS NULL`,
  },
  {
    invariant: "I6",
    parameter: "operationsWithOutputs",
    sql: `SELECT f.request_id AS request, f.file_id AS file,
            'done, with no result in the ledger' AS detail
          FROM request_files f JOIN requests r ON r.id = f.request_id
          JOIN request_steps s ON s.request_id = r.id AND s.step = r.steps
          WHERE ${scope("f.request_id")} AND f.state = ${fileSql.done} AND s.operation = ANY($2)
            AND r.results_deleted_at IS NULL
            AND NOT EXISTS (
              SELECT FROM results o
              WHERE o.request_id = f.request_id AND o.file_id = f.file_id AND o.step = r.steps)
            -- What containers leave in a volume is no object of the store
            AND NOT EXISTS (
              SELECT FROM step_workloads w
              WHERE w.request_id = r.id AND w.step = r.steps AND w.destination = 'volume')`,
  },
  {
    invariant: "I7",
    sql: `SELECT h.request_id AS request, h.file_id AS file,
            'started at ' || h.handed_out_at || ', after the cancel of ' || m.at AS detail
          FROM request_moves m JOIN requests r ON r.id = m.request_id
          JOIN file_status h ON h.request_created = r.created_on
            AND h.request_id = m.request_id AND h.handed_out_at IS NOT NULL
            AND coalesce(h.seq > m.id, h.handed_out_at > m.at)
          WHERE ${scope("m.request_id")} AND m.to_state = ${requestSql.canceling}`,
  },
  {
    invariant: "I9",
    parameter: "fileAttempts",
    sql: `SELECT h.request_id AS request, h.file_id AS file,
            count(DISTINCT h.attempt) || ' attempts failed in round ' || h.round || ', step '
              || h.step || '; ' || coalesce(s.retry_attempts, $2::int) || ' are allowed' AS detail
          FROM file_status h
          JOIN request_steps s ON s.request_id = h.request_id AND s.step = h.step
          WHERE ${scope("h.request_id")} AND h.status IN (${sqlList(endedTries)})
          GROUP BY h.request_id, h.file_id, h.round, h.step, s.retry_attempts
          -- The first death of a worker costs no try
          HAVING count(DISTINCT h.attempt) > coalesce(s.retry_attempts, $2::int)
            + bool_or(h.status = ${historySql.lost})::int`,
  },
  {
    invariant: "I9",
    sql: `SELECT f.request_id AS request, f.file_id AS file,
            'failed, and no reason is recorded' AS detail
          FROM request_files f LEFT JOIN error_groups g
            ON g.request_id = f.request_id AND g.fingerprint = f.error_group
          WHERE ${scope("f.request_id")} AND f.state = ${fileSql.failed} AND g.message IS NULL`,
  },
  {
    invariant: "I9",
    sql: `SELECT f.request_id AS request, f.file_id AS file,
            'with ' || f.worker || ', which gave it back too often' AS detail
          FROM request_files f
          WHERE ${scope("f.request_id")} AND f.state = ${fileSql.running}
            AND ${isWithheldFrom("f", "f.worker")}`,
  },
  { invariant: "I10", sql: overLimitSql },
  { invariant: "I13", sql: lostSecretsSql },
  {
    invariant: "I10",
    sql: `SELECT coalesce(steps.request, '${noRequest}') AS request,
            owner || ' has (sum/steps) of ' || operation
              || ': waiting ' || coalesce(work.waiting, 0) || '/' || coalesce(steps.waiting, 0)
              || ', queued ' || coalesce(work.queued, 0) || '/' || coalesce(steps.queued, 0)
              || ', running ' || coalesce(work.running, 0) || '/' || coalesce(steps.running, 0)
              AS detail
          FROM user_work work FULL JOIN (
            SELECT operation, owner, min(request_id::text)::uuid AS request,
              sum(waiting) AS waiting, sum(queued) AS queued, sum(running) AS running
            FROM request_steps GROUP BY operation, owner
          ) steps USING (operation, owner)
          WHERE $1::uuid IS NULL AND (coalesce(work.waiting, 0), coalesce(work.queued, 0),
              coalesce(work.running, 0))
            <> (coalesce(steps.waiting, 0), coalesce(steps.queued, 0), coalesce(steps.running, 0))`,
  },
  {
    invariant: "I11",
    sql: `SELECT min(id::text)::uuid AS request,
            count(*) || ' requests have the idempotency key ' || idempotency_key AS detail
          FROM requests WHERE idempotency_key IS NOT NULL AND $1::uuid IS NULL
          GROUP BY owner, idempotency_key HAVING count(*) > 1`,
  },
  {
    invariant: "I12",
    sql: `SELECT f.request_id AS request, f.file_id AS file,
            'its history ends in ' || coalesce(last.state, 'no end')
              || ' and the file is ' || f.state AS detail
          FROM request_files f JOIN requests r ON r.id = f.request_id
          LEFT JOIN LATERAL (
            SELECT CASE WHEN h.status = ${historySql.success} AND h.step = r.steps
                THEN ${fileSql.done}
              WHEN h.status = ${historySql.failure} THEN ${fileSql.failed}
              WHEN h.status = ${historySql.cancel} THEN ${fileSql.canceled} END AS state
            FROM file_status h
            WHERE h.request_created = r.created_on AND h.request_id = f.request_id
              AND h.file_id = f.file_id AND h.status <> ${historySql.start}
            ORDER BY ${newestFirst("h")}, h.attempt DESC LIMIT 1) AS last ON true
          WHERE ${scope("f.request_id")} AND coalesce(last.state, 'no end') <>
            CASE WHEN f.state IN (${open}) THEN 'no end' ELSE f.state END`,
  },
];
