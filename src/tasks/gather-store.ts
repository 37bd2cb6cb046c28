import type { Query } from "../db/client.ts";
import { fileMoveSql } from "../requests/file-move.ts";
import { acceptsWork, fileMoves, sqlList } from "../requests/state.ts";
import { activeTaskStates, taskFileMoves, taskMoves } from "./state.ts";

const gatherable = `f.state IN (${sqlList(fileMoves.gather.from)}) AND f.task_group`;

/** The groups that have queued files, each found by one read of the index. */
export async function groupsWithFiles(query: Query): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `WITH RECURSIVE names AS (
       (SELECT f.task_group AS name FROM request_files f WHERE ${gatherable} IS NOT NULL
        ORDER BY f.task_group LIMIT 1)
       UNION ALL
       SELECT (SELECT f.task_group FROM request_files f WHERE ${gatherable} > names.name
               ORDER BY f.task_group LIMIT 1)
       FROM names WHERE names.name IS NOT NULL
     )
     SELECT name FROM names WHERE name IS NOT NULL`,
    [],
    "groups_with_files",
  );
  return rows.map(({ name }) => name);
}

/**
 * One process gathers a group at a time; false while another does. Held to the end of the
 * transaction.
 */
export async function lockGroup(query: Query, group: string): Promise<boolean> {
  const [row] = await query<{ locked: boolean }>(
    "SELECT pg_try_advisory_xact_lock(hashtextextended($1, $2)) AS locked",
    [group, gatherLock],
  );
  return row?.locked === true;
}

/** Sets these locks apart from other advisory locks. */
const gatherLock = 72707372;

/** How many tasks of the group are with the outside service, or on the way to it. */
export async function activeTasks(query: Query, operation: string, key: string): Promise<number> {
  const [row] = await query<{ n: number }>(
    `SELECT count(*) AS n FROM tasks
     WHERE operation = $1 AND group_key = $2 AND state IN (${sqlList(activeTaskStates)})`,
    [operation, key],
    "active_tasks",
  );
  return row?.n ?? 0;
}

/** Of the first `limit` files of a group: their number, and the age of the oldest. */
export async function queuedInGroup(
  query: Query,
  group: string,
  limit: number,
  offsetSeconds: number,
): Promise<{ files: number; oldestSeconds: number }> {
  const [row] = await query<{ files: number; seconds: number | null }>(
    `SELECT count(*) AS files,
       extract(epoch FROM now() - min(queued_at))::float8 + $3::float8 AS seconds
     FROM (SELECT f.updated_at AS queued_at FROM request_files f WHERE ${gatherable} = $1
           LIMIT $2) AS first_files`,
    [group, limit, offsetSeconds],
    "queued_in_group",
  );
  return { files: row?.files ?? 0, oldestSeconds: row?.seconds ?? 0 };
}

/** Most requests of which one task takes files. */
const mostRequests = 128;
const open = taskFileMoves.gather.to;
const starting = taskMoves.gather.to;

/**
 * The files of a task by the rules of the claims: of the users with the fewest files running,
 * weighted by share, within the limits; of a user by priority, and of equal requests in turns. Rows
 * of requests are locked for share, so that nothing is gathered once a cancel was answered.
 */
const gatherSql = fileMoveSql({
  before: `loads AS MATERIALIZED (
  SELECT work.owner, work.running, work.served_at, coalesce(user_shares.share, 1) AS share,
    limits.slots_per_user - work.running AS user_room,
    limits.slots - sum(work.running) OVER () AS total_room
  FROM user_work work
  LEFT JOIN user_shares ON user_shares.owner = work.owner
  LEFT JOIN operation_limits limits ON limits.operation = work.operation
  WHERE work.operation = $2
), waiting_requests AS MATERIALIZED (
  SELECT r.id, r.owner, s.step, s.priority
  FROM request_steps s JOIN requests r ON r.id = s.request_id JOIN loads ON loads.owner = r.owner
  WHERE s.operation = $2 AND s.queued > 0 AND ${acceptsWork("r")}
    AND (loads.user_room IS NULL OR loads.user_room > 0)
    AND EXISTS (SELECT FROM request_files f
                WHERE ${gatherable} = $4 AND f.request_id = r.id AND f.step = s.step)
  ORDER BY row_number() OVER (PARTITION BY r.owner ORDER BY s.priority DESC, r.number), r.number
  LIMIT ${mostRequests}
), in_request AS (
  SELECT waiting_requests.*, oldest.file_id, oldest.queued_at,
    row_number() OVER (PARTITION BY waiting_requests.id, waiting_requests.step
                       ORDER BY oldest.queued_at, oldest.file_id) AS turn
  FROM waiting_requests CROSS JOIN LATERAL (
    SELECT f.file_id, f.updated_at AS queued_at FROM request_files f
    WHERE ${gatherable} = $4 AND f.request_id = waiting_requests.id
      AND f.step = waiting_requests.step
    ORDER BY f.updated_at LIMIT $5) AS oldest
), chosen AS MATERIALIZED (
  SELECT turns.id, turns.file_id FROM (
    SELECT in_request.*, row_number() OVER (PARTITION BY owner
      ORDER BY priority DESC, turn, queued_at) AS owner_turn
    FROM in_request) AS turns
  JOIN loads ON loads.owner = turns.owner
  WHERE loads.user_room IS NULL OR turns.owner_turn <= loads.user_room
  ORDER BY (loads.running + turns.owner_turn - 1) / loads.share, loads.served_at NULLS FIRST,
    turns.queued_at
  LIMIT greatest(least($5, (SELECT min(total_room) FROM loads)), 0)
), open_requests AS MATERIALIZED (
  SELECT r.id, r.created_on, r.round FROM requests r
  WHERE r.id IN (SELECT id FROM chosen) AND ${acceptsWork("r")} ORDER BY r.id FOR SHARE
)`,
  candidates: {
    columns: "f.task_group",
    from: `chosen
  JOIN open_requests r ON r.id = chosen.id
  JOIN request_files f ON f.request_id = chosen.id AND f.file_id = chosen.file_id`,
  },
  guard: "task_group = $4",
  moves: [
    {
      move: "gather",
      set: { task: "$1::uuid" },
      history: [{ status: "start", worker: "'task ' || $1::uuid", isDispatch: true }],
    },
  ],
  after: `task AS (
  INSERT INTO tasks (id, operation, group_key, state, files, next_check_at)
  SELECT $1::uuid, $2, $3, '${starting}', count(*), now() FROM moved HAVING count(*) > 0
), task_files AS (
  INSERT INTO task_files (task_id, request_id, file_id, step, attempt, state)
  SELECT $1::uuid, request_id, file_id, step, attempt, '${open}' FROM moved
)`,
  result: "SELECT count(*) AS n FROM moved",
});

/**
 * Makes a task of the next files of a group; returns how many it has, and makes none of no file.
 */
export async function gatherTask(
  query: Query,
  id: string,
  { operation, key, name }: { operation: string; key: string; name: string },
  files: number,
): Promise<number> {
  const params = [id, operation, key, name, files];
  const [row] = await query<{ n: number }>(gatherSql, params, "gather_task");
  return row?.n ?? 0;
}
