import type { Query } from "../../db/client.ts";
import { fileMoveSql } from "../file-move.ts";
import { inIndexOrder, waitingIn } from "../open-files-index.ts";
import { acceptsWork, fileMoves, sqlList } from "../state.ts";

export interface PublishedRow {
  file: number;
  attempt: number;
}

const queueSql = fileMoveSql({
  before: `open_request AS MATERIALIZED (
  SELECT r.id FROM requests r WHERE r.id = $1 AND ${acceptsWork("r")} FOR SHARE
)`,
  candidates: {
    from: "open_request JOIN request_files f ON f.request_id = open_request.id",
    where: `f.request_id = $1 AND ${waitingIn("$2")} AND NOT f.withheld
    AND (f.not_before IS NULL OR f.not_before <= now())
    AND ($5::bigint[] IS NULL OR f.file_id = ANY($5))`,
    orderBy: inIndexOrder,
    limit: "$3",
    skipLocked: true,
  },
  moves: [{ move: "queue" }],
  set: {
    attempt: "moved.attempt + 1",
    not_before: "NULL",
    worker: "NULL",
    lease_until: "now() + make_interval(secs => $4)",
  },
  result: "SELECT file_id AS file, attempt + 1 AS attempt FROM moved",
});

/**
 * Moves the next waiting files of a step to queued, each with a new attempt number. Two processes
 * take different files. `lease_until` of a queued file is the time from which an empty topic means
 * that its message was lost. With `files`, only those are moved.
 */
export function queueFiles(
  query: Query,
  request: string,
  step: number,
  limit: number,
  graceSeconds: number,
  files?: number[],
): Promise<PublishedRow[]> {
  const parameters = [request, step, limit, graceSeconds, files ?? null];
  return query<PublishedRow>(queueSql, parameters, "queue_files");
}

const unqueueSql = fileMoveSql({
  candidates: {
    from: "request_files f",
    where: `f.request_id = $1 AND f.state IN (${sqlList(fileMoves.unqueue.from)}) AND f.step = $2
    AND (CASE WHEN $3::bigint[] IS NULL THEN f.lease_until < now()
         ELSE (f.file_id, f.attempt) IN (SELECT * FROM unnest($3::bigint[], $4::int[])) END)`,
    limit: "10000",
  },
  moves: [{ move: "unqueue", set: { lease_until: "NULL" } }],
  result: "SELECT count(*) AS n FROM moved",
});

/**
 * Moves files back to waiting, which costs no try: those in `keys`, whose message could not be
 * published, or without `keys` all whose grace time has passed.
 */
export async function unqueueFiles(
  query: Query,
  request: string,
  step: number,
  keys?: PublishedRow[],
): Promise<number> {
  const rows = await query<{ n: number }>(
    unqueueSql,
    [request, step, keys?.map((key) => key.file) ?? null, keys?.map((key) => key.attempt) ?? null],
    "unqueue_files",
  );
  return rows[0]?.n ?? 0;
}
