import type { Query } from "../../db/client.ts";
import { fileMoveSql } from "../file-move.ts";
import { notGivenBack } from "../given-back.ts";
import { waitSql } from "../retry-policy.ts";
import { dispatchStates, fileMoves, requestMoves, sqlList } from "../state.ts";
import { isWatched } from "./beat-store.ts";

export interface ExpiredLease {
  request: string;
  file: number;
  failed: boolean;
}

const lostClass = "lost";
const lostMessage = "the worker stopped responding";
/** a constant, so that SQL can write it */
const lostFingerprint = "worker-lost";

/**
 * Files whose worker no longer renews its leases wait again, or fail when their tries are used up.
 * `chosen` is a condition: an expired lease, or the name of a worker that is known to have died.
 * `costsTry`: whether the loss counts, over a file's row.
 */
function expireSql(chosen: string, info: string, costsTry: "true" | "f.alone"): string {
  return fileMoveSql({
    candidates: {
      columns: `p.retry_wait_seconds AS first_wait,
    (${costsTry})::int AS cost,
    ${costsTry} AND f.tries + 1 >= coalesce(p.retry_attempts, $1) AS was_last_try`,
      from: `request_files f
  JOIN requests r ON r.id = f.request_id
  JOIN request_steps p ON p.request_id = f.request_id AND p.step = f.step`,
      where: `f.request_id = $2 AND f.state IN (${sqlList(fileMoves.lose.from)}) AND ${chosen}`,
      limit: "5000",
    },
    moves: [
      {
        move: "fail",
        when: "was_last_try",
        set: { not_before: "NULL", ...notGivenBack },
        history: [
          { status: "lost", info },
          { status: "failure", info },
        ],
        errorGroup: {
          fingerprint: `'${lostFingerprint}'`,
          class: `'${lostClass}'`,
          message: `'${lostMessage}'`,
        },
      },
      {
        move: "lose",
        set: { not_before: `now() + make_interval(secs => ${nextWait})`, error_group: "NULL" },
        history: [{ status: "lost", info }],
      },
    ],
    set: {
      tries: "moved.tries + moved.cost",
      lease_until: "NULL",
      ...(costsTry === "f.alone" && { alone: "true" }),
    },
    result: "SELECT request_id AS request, file_id AS file, move = 'fail' AS failed FROM moved",
  });
}

/** By default the first retry is immediate: the expired lease was already a wait. */
const nextWait = `CASE WHEN moved.first_wait IS NULL THEN ${waitSql("1", "moved.tries")} - 1
      ELSE ${waitSql("moved.first_wait", "moved.tries")} END`;

const overdueSql = expireSql(
  `f.lease_until < now() AND ${isWatched("$3")}`,
  `'${lostMessage}'`,
  "true",
);
const deathMessage = "the worker died";
/**
 * One of a dead worker's files may have killed it: each runs again alone, without the cost of a
 * try, and only one that kills a worker alone pays with one.
 */
const ofWorkerSql = expireSql(
  "f.worker = $3",
  `'${deathMessage}' || CASE WHEN $4::text = '' THEN '' ELSE E'; the end of its log:\\n' || $4 END`,
  "f.alone",
);

/** As of a dead worker: the first time at no cost. */
const ofStepSql = expireSql(
  `f.step = $3 AND f.file_id IN (
      SELECT held.file_id FROM request_files held
      WHERE held.request_id = $2 AND held.step = $3
        AND held.state IN (${sqlList(fileMoves.lose.from)})
      ORDER BY held.updated_at DESC, held.file_id LIMIT $4)`,
  "$5::text",
  "f.alone",
);

export const containerLosses = {
  queueGone: "the queue of its containers is gone, and with it the file's message",
  notReported: "its container took it and did not report it",
};

/** Files of a step that containers of others have: the last `most` that they took. */
export function expireOfStep(
  query: Query,
  { request, step }: { request: string; step: number },
  { why, most, fileAttempts }: { why: string; most: number; fileAttempts: number },
): Promise<ExpiredLease[]> {
  return query<ExpiredLease>(ofStepSql, [fileAttempts, request, step, most, why]);
}

/** None while the leases were not watched for longer than `longestGapSeconds`. */
export function expireOverdue(
  query: Query,
  request: string,
  { fileAttempts, longestGapSeconds }: { fileAttempts: number; longestGapSeconds: number },
): Promise<ExpiredLease[]> {
  return query<ExpiredLease>(overdueSql, [fileAttempts, request, longestGapSeconds]);
}

export function expireOfWorker(
  query: Query,
  request: string,
  { worker, lastWords, fileAttempts }: { worker: string; lastWords: string; fileAttempts: number },
): Promise<ExpiredLease[]> {
  return query<ExpiredLease>(ofWorkerSql, [fileAttempts, request, worker, lastWords]);
}

/** Requests with running files. */
export function requestsWithRunning(query: Query): Promise<string[]> {
  return requestsWhere(query, "true");
}

/** Requests with a running file whose lease has expired. */
export function requestsWithOverdue(query: Query): Promise<string[]> {
  return requestsWhere(query, runningFile("f.lease_until < now()"));
}

/** Requests with a running file of one of these workers. */
export function requestsOfWorkers(query: Query, workers: readonly string[]): Promise<string[]> {
  return requestsWhere(query, runningFile("f.worker = ANY($1)"), [workers]);
}

async function requestsWhere(
  query: Query,
  condition: string,
  values: unknown[] = [],
): Promise<string[]> {
  const rows = await query<{ request: string }>(
    `SELECT r.id AS request FROM requests r
     WHERE r.state IN (${sqlList([...dispatchStates, requestMoves.cancel.to])})
       AND EXISTS (SELECT FROM request_steps s WHERE s.request_id = r.id AND s.running > 0)
       AND ${condition}`,
    values,
  );
  return rows.map((row) => row.request);
}

/** With LIMIT it is read by index for each request, whatever the statistics say. */
function runningFile(condition: string): string {
  return `EXISTS (SELECT FROM (SELECT FROM request_files f WHERE f.request_id = r.id
         AND f.state IN (${sqlList(fileMoves.lose.from)}) AND ${condition} LIMIT 1) one)`;
}
