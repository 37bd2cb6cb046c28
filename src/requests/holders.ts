import { fileSql } from "./state.ts";

/**
 * The workers that hold files of a request, each once, as a table with the column `worker`. It goes
 * from one worker to the next by index: a claim that read all running files of a request took
 * longer with each file that it had started. A file of an outside service has no worker.
 */
export function holdersOf(request: string): string {
  return `(
  WITH RECURSIVE held AS (
    ${nextHolder(request, ">= ''")}
    UNION ALL
    SELECT ${nextHolder(request, "> held.worker")} FROM held WHERE held.worker IS NOT NULL
  )
  SELECT worker FROM held WHERE worker IS NOT NULL
)`;
}

function nextHolder(request: string, after: string): string {
  return `(SELECT f.worker FROM request_files f
      WHERE f.request_id = ${request} AND f.state = ${fileSql.running} AND f.worker ${after}
      ORDER BY f.worker LIMIT 1)`;
}
