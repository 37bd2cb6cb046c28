import type { Query } from "../../db/client.ts";
import { fileMoveSql } from "../file-move.ts";
import { acceptsWork, fileMoves, fileSql, openFileStates, sqlList } from "../state.ts";

/** A step whose files are with containers of others, or on their way. */
export interface OpenRun {
  request: string;
  step: number;
  run: string;
  queued: number;
  running: number;
  /** files that were settled or wait, and how often its counters changed: moves with each report */
  version: number;
}

/** In the order of requests and steps, after the given one. */
export function openRuns(
  query: Query,
  after: { request: string; step: number },
  limit: number,
): Promise<OpenRun[]> {
  return query<OpenRun>(
    `SELECT steps.request_id AS request, steps.step, workloads.run_id::text AS run,
       steps.queued, steps.running, steps.version
     FROM step_workloads workloads
     JOIN request_steps steps
       ON steps.request_id = workloads.request_id AND steps.step = workloads.step
     JOIN requests ON requests.id = steps.request_id
     WHERE ${acceptsWork("requests")} AND steps.queued + steps.running > 0
       AND (steps.request_id, steps.step) > ($1::uuid, $2::int)
     ORDER BY steps.request_id, steps.step LIMIT $3`,
    [after.request, after.step, limit],
    "open_runs",
  );
}

/** Files that were published long enough ago for their message to be seen. */
export async function settledQueued(query: Query, request: string, step: number): Promise<number> {
  const [row] = await query<{ files: number }>(
    `SELECT count(*) AS files FROM request_files f
     WHERE f.request_id = $1 AND f.step = $2 AND f.state IN (${sqlList(openFileStates)})
       AND f.state = ${fileSql.queued} AND f.lease_until < now()`,
    [request, step],
    "settled_queued",
  );
  return row?.files ?? 0;
}

const takenSql = fileMoveSql({
  candidates: {
    from: "request_files f JOIN requests r ON r.id = f.request_id",
    where: `f.request_id = $1 AND f.step = $2 AND f.state IN (${sqlList(fileMoves.start.from)})
    AND f.lease_until < now() AND ${acceptsWork("r")}`,
    orderBy: "ORDER BY f.lease_until, f.file_id",
    limit: "$3",
    skipLocked: true,
  },
  moves: [{ move: "start", history: [{ status: "start", worker: "NULL" }] }],
  set: { worker: "NULL", lease_until: "now() + make_interval(secs => $4)" },
  result: "SELECT count(*) AS n FROM moved",
});

/**
 * Starts the files that were published first: a queue is taken from in order. Who took them is
 * known when they are reported.
 */
export async function startTaken(
  query: Query,
  { request, step }: { request: string; step: number },
  files: number,
  leaseSeconds: number,
): Promise<number> {
  const [row] = await query<{ n: number }>(
    takenSql,
    [request, step, files, leaseSeconds],
    "start_taken",
  );
  return row?.n ?? 0;
}
