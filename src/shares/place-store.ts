import type { Query } from "../db/client.ts";
import { holdersOf } from "../requests/holders.ts";
import { acceptsWork } from "../requests/state.ts";

/** The place in line of a step with queued files, and the limits that apply to it. */
export interface PlaceInLine {
  /** files of its owner that run now, of this operation */
  userRunning: number;
  slotsPerUser: number | null;
  /** files of all users that run now, of this operation */
  running: number;
  slots: number | null;
  /** workers that hold files of the request, if it limits them */
  holders: number | null;
  usersBefore: number;
  /** requests of the same owner that go first; counted up to 1,000 */
  requestsBefore: number;
}

const mostCounted = 1000;

/** The same order as in line-store.ts, for one step. */
export async function placeInLine(
  query: Query,
  request: string,
  step: number,
): Promise<PlaceInLine | undefined> {
  const [row] = await query<PlaceInLine>(placeSql, [request, step], "place_in_line");
  return row;
}

const placeSql = `WITH mine AS MATERIALIZED (
  SELECT s.request_id, s.operation, s.owner, s.priority, s.served_at, r.workers,
    coalesce(work.running, 0) AS running, limits.slots, limits.slots_per_user,
    coalesce(work.running, 0) / coalesce(user_shares.share, 1) AS load,
    coalesce(work.served_at, '-infinity') AS user_served_at
  FROM request_steps s JOIN requests r ON r.id = s.request_id
  LEFT JOIN user_work work ON work.operation = s.operation AND work.owner = s.owner
  LEFT JOIN user_shares ON user_shares.owner = s.owner
  LEFT JOIN operation_limits limits ON limits.operation = s.operation
  WHERE s.request_id = $1 AND s.step = $2
), users_before AS (
  SELECT count(*) AS n FROM mine
  JOIN user_work work ON work.operation = mine.operation AND work.owner <> mine.owner
  LEFT JOIN user_shares ON user_shares.owner = work.owner
  WHERE work.queued > 0 AND (work.running < mine.slots_per_user) IS NOT FALSE
    AND (work.running / coalesce(user_shares.share, 1), coalesce(work.served_at, '-infinity'))
      < (mine.load, mine.user_served_at)
), requests_before AS (
  SELECT count(*) AS n FROM (
    SELECT FROM mine
    JOIN request_steps s ON s.operation = mine.operation AND s.owner = mine.owner
    JOIN requests r ON r.id = s.request_id
    WHERE s.queued > 0 AND s.request_id <> mine.request_id AND ${acceptsWork("r")}
      AND (-s.priority, s.served_at, s.request_id)
        < (-mine.priority, mine.served_at, mine.request_id)
    LIMIT ${mostCounted}
  ) AS before
)
SELECT mine.running AS "userRunning", mine.slots_per_user AS "slotsPerUser", mine.slots,
  (SELECT coalesce(sum(running), 0)::int FROM user_work
   WHERE operation = mine.operation) AS running,
  CASE WHEN mine.workers IS NOT NULL THEN (
    SELECT count(*) FROM ${holdersOf("mine.request_id")} AS holders) END AS holders,
  users_before.n AS "usersBefore", requests_before.n AS "requestsBefore"
FROM mine, users_before, requests_before`;
