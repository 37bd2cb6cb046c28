import { oldestFirst } from "../history-order.ts";
import { historySql } from "../state.ts";
import { scope } from "./scope.ts";

/** A claim that ran while a limit was first set may not have seen it. */
const graceSeconds = 5;

const inOrder = "seq NULLS FIRST, at, files";

/**
 * I10: how many files ran at each start since the last change of a limit, as starts minus the ends
 * recorded before. An end that a start took into account was recorded earlier, so every file that
 * is counted here did run.
 */
export const overLimitSql = `WITH limited_steps AS (
    SELECT limits.*, s.request_id, s.step, s.owner, r.created_on
    FROM operation_limits limits
    JOIN request_steps s ON s.operation = limits.operation
    JOIN requests r ON r.id = s.request_id
  ), starts AS (
    SELECT limited_steps.*, h.file_id, h.attempt, h.handed_out_at AS at, h.seq
    FROM limited_steps
    JOIN file_status h ON h.request_created = limited_steps.created_on
      AND h.request_id = limited_steps.request_id AND h.step = limited_steps.step
    WHERE h.status = ${historySql.start} AND h.handed_out_at IS NOT NULL
  ), ends AS (
    SELECT starts.operation, starts.owner, starts.request_id, starts.file_id,
      first_end.recorded_at AS at, first_end.seq
    FROM starts CROSS JOIN LATERAL (
      SELECT h.recorded_at, h.seq FROM file_status h
      WHERE h.request_created = starts.created_on AND h.request_id = starts.request_id
        AND h.file_id = starts.file_id AND h.step = starts.step
        AND h.attempt = starts.attempt AND h.status <> ${historySql.start}
      ORDER BY ${oldestFirst("h")} LIMIT 1) AS first_end
  ), events AS (
    SELECT operation, owner, request_id, file_id, at, seq, 1 AS files,
      slots, slots_per_user, changed_at
    FROM starts
    UNION ALL
    SELECT operation, owner, request_id, file_id, at, seq, -1, NULL, NULL, NULL FROM ends
  ), counted AS (
    SELECT events.*,
      sum(files) OVER (PARTITION BY operation, owner ORDER BY ${inOrder}) AS of_user,
      sum(files) OVER (PARTITION BY operation ORDER BY ${inOrder}) AS of_all
    FROM events
  )
  SELECT request_id AS request, file_id AS file,
    'started as number ' || of_user || ' of ' || owner || ' and ' || of_all || ' of all, where '
      || coalesce(slots_per_user::text, 'any number') || ' and '
      || coalesce(slots::text, 'any number') || ' of ' || operation || ' may run' AS detail
  FROM counted
  WHERE ${scope("request_id")} AND files = 1
    AND at > changed_at + make_interval(secs => ${graceSeconds})
    AND (of_user > slots_per_user OR of_all > slots)`;
