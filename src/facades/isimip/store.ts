import type { Query } from "../../db/client.ts";
import { finalRequestStates, openRequestStates, sqlList } from "../../requests/state.ts";

export interface JobCounts {
  started: number;
  finished: number;
  failed: number;
}

/** Jobs of an owner; one of whose files none came out has failed. */
export async function countJobs(query: Query, owner: string): Promise<JobCounts> {
  const [row] = await query<JobCounts>(
    `SELECT count(*) FILTER (WHERE r.state IN (${sqlList(openRequestStates)})) AS started,
       count(*) FILTER (WHERE ended AND came_out) AS finished,
       count(*) FILTER (WHERE ended AND NOT came_out) AS failed
     FROM requests r CROSS JOIN LATERAL (
       SELECT r.state IN (${sqlList(finalRequestStates)}) AS ended, EXISTS (
         SELECT FROM results made WHERE made.request_id = r.id AND made.file_id IS NULL
           AND made.deleted_at IS NULL) AS came_out
     ) facts
     WHERE r.owner = $1 AND r.facade ? 'isimip' AND r.results_deleted_at IS NULL`,
    [owner],
  );
  return row ?? { started: 0, finished: 0, failed: 0 };
}

export interface ZipRow {
  name: string;
  size: number;
  checksum: string | null;
  etag: string | null;
}

/** The archive of a job that has ended; undefined where there is none. */
export async function zipOf(query: Query, request: string): Promise<ZipRow | undefined> {
  const [row] = await query<ZipRow>(
    `SELECT made.name, made.size, made.checksum, made.etag
     FROM results made JOIN requests r ON r.id = made.request_id
     WHERE r.id = $1 AND r.state IN (${sqlList(finalRequestStates)})
       AND made.file_id IS NULL AND made.step = r.steps AND made.deleted_at IS NULL`,
    [request],
  );
  return row;
}
