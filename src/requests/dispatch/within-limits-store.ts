import { holdersOf } from "../holders.ts";

/**
 * CTEs that filter the claimed files by the limits, in the order of the claims; the result is
 * `permitted`. They read `open_requests` and the counters as of the start of the statement.
 *
 * A worker that already holds a file of the request may get more of them. Other workers may only
 * while fewer workers hold files than the request allows.
 */
export function permittedCtes(keys: string): string[] {
  return [
    `holders AS MATERIALIZED (
  SELECT r.id AS request_id, held.worker
  FROM open_requests r CROSS JOIN LATERAL ${holdersOf("r.id")} AS held
  WHERE r.workers IS NOT NULL
)`,
    `request_room AS MATERIALIZED (
  SELECT r.id, r.workers - (SELECT count(*) FROM holders WHERE request_id = r.id) AS newcomers
  FROM open_requests r
)`,
    `claims AS (
  SELECT keys.*, s.operation, s.owner, request_room.newcomers,
    (keys.request_id, keys.worker) IN (SELECT request_id, worker FROM holders) AS is_holder,
    min(keys.position) OVER (PARTITION BY keys.request_id, keys.worker) AS arrival
  FROM ${keys}
  JOIN request_room ON request_room.id = keys.request_id
  JOIN request_steps s ON s.request_id = keys.request_id AND s.step = keys.step
)`,
    `arrivals AS (
  SELECT claims.*,
    dense_rank() OVER (PARTITION BY request_id, is_holder ORDER BY arrival) AS arrival_rank
  FROM claims
)`,
    `of_workers AS (
  SELECT arrivals.*,
    row_number() OVER (PARTITION BY operation, owner ORDER BY position) AS place_of_user
  FROM arrivals WHERE is_holder OR (arrival_rank <= newcomers) IS NOT FALSE
)`,
    `user_room AS MATERIALIZED (
  SELECT limits.operation, users.owner, limits.slots_per_user - coalesce(work.running, 0) AS files
  FROM operation_limits limits
  JOIN (SELECT DISTINCT operation, owner FROM of_workers) users USING (operation)
  LEFT JOIN user_work work ON work.operation = limits.operation AND work.owner = users.owner
)`,
    `operation_room AS MATERIALIZED (
  SELECT limits.operation, limits.slots - coalesce(sum(work.running), 0) AS files
  FROM operation_limits limits LEFT JOIN user_work work ON work.operation = limits.operation
  GROUP BY limits.operation
)`,
    `of_users AS (
  SELECT of_workers.*, row_number() OVER (PARTITION BY operation ORDER BY position) AS place
  FROM of_workers LEFT JOIN user_room USING (operation, owner)
  WHERE (place_of_user <= user_room.files) IS NOT FALSE
)`,
    `permitted AS MATERIALIZED (
  SELECT of_users.request_id, file_id, step, attempt, worker, claim_id, waiter, bytes
  FROM of_users LEFT JOIN operation_room USING (operation)
  WHERE (place <= operation_room.files) IS NOT FALSE
)`,
  ];
}
