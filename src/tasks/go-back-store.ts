import type { Query } from "../db/client.ts";
import { fileMoveSql } from "../requests/file-move.ts";
import { goBackMoves, timesBack } from "../requests/go-back-move.ts";

const goBackSql = fileMoveSql({
  candidates: {
    columns: `f.task, returned.fingerprint, returned.class, returned.group_message, returned.info,
    ${timesBack} AS times_back,
    EXISTS (SELECT FROM results WHERE results.request_id = f.request_id
       AND results.file_id = f.file_id AND results.step = f.step - 1
       AND results.deleted_at IS NULL) AS has_objects`,
    from: `unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
    AS returned(request_id, file_id, fingerprint, class, group_message, info)
  JOIN requests r ON r.id = returned.request_id
  JOIN request_files f ON f.request_id = returned.request_id AND f.file_id = returned.file_id`,
  },
  guard: "task = $1",
  moves: goBackMoves({
    failsWhen: "step = 1 OR times_back >= $8",
    worker: "'task ' || $1::uuid",
    set: {
      held_step: "NULL",
      // Objects made the location of the step before that one; without objects it is what is gone.
      location: "CASE WHEN moved.has_objects THEN f.location END",
    },
  }),
  set: { task_group: "NULL" },
  after: `gone_results AS (
  UPDATE results SET deleted_at = coalesce(results.deleted_at, now()) FROM moved
  WHERE moved.move = 'goBack' AND results.request_id = moved.request_id
    AND results.file_id = moved.file_id AND results.step = moved.to_step
)`,
  result: "SELECT request_id AS request, file_id AS file, move = 'goBack' AS returned FROM moved",
});

export interface ReturnedFile {
  request: string;
  file: number;
  fingerprint: string;
  class: string;
  groupMessage: string;
  info: string;
}

/**
 * What the step before left of these files is gone: they wait in that step again, or fail where
 * there is no such step or they went back too often. Returns those that moved.
 */
export function goBack(
  query: Query,
  task: string,
  files: ReturnedFile[],
  mostTimes: number,
): Promise<{ request: string; file: number; returned: boolean }[]> {
  return query(
    goBackSql,
    [
      task,
      files.map(({ request }) => request),
      files.map(({ file }) => file),
      files.map(({ fingerprint }) => fingerprint),
      files.map((file) => file.class),
      files.map(({ groupMessage }) => groupMessage),
      files.map(({ info }) => info),
      mostTimes,
    ],
    "go_back",
  );
}
