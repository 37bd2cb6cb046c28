/** A task without its settings and addresses, and one signed URL. */
const taskBytes = 1000;
const urlBytes = 500;

/**
 * CTEs that filter the claimed files by the size of the answers, in the order of the claims; the
 * result is `fitting`. The first file of an answer always fits. `room` is an array with the bytes
 * that each waiter's answer still takes, `roomOfPoll` those of all answers.
 */
export function fittingCtes(keys: string, room: string, roomOfPoll: string): string[] {
  return [
    `sized AS (
  SELECT keys.*, (${taskBytes} + octet_length(array_to_string(files.paths, ''))
    + CASE WHEN keys.step > 1 THEN (
      SELECT coalesce(sum(octet_length(results.name) + ${urlBytes}), 0) FROM results
      WHERE results.request_id = keys.request_id AND results.file_id = keys.file_id
        AND results.step = keys.step - 1 AND results.deleted_at IS NULL
    ) ELSE 0 END)::int AS bytes
  FROM ${keys} JOIN files ON files.id = keys.file_id
)`,
    `running_totals AS (
  SELECT sized.*, sum(bytes) OVER (PARTITION BY waiter ORDER BY position) - bytes AS bytes_before,
    sum(bytes) OVER (ORDER BY position) - bytes AS bytes_of_poll
  FROM sized
)`,
    `fitting AS MATERIALIZED (
  SELECT request_id, file_id, step, attempt, worker, claim_id, waiter, position, bytes
  FROM running_totals
  WHERE (bytes_before = 0 OR bytes_before < ${room}[waiter + 1])
    AND (bytes_of_poll = 0 OR bytes_of_poll < ${roomOfPoll})
)`,
  ];
}
