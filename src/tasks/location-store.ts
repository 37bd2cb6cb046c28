// Where tasks left files, and the secrets of these addresses.
import type { Query } from "../db/client.ts";
import { fileMoves } from "../requests/state.ts";
import { arraysOf } from "./file-store.ts";

export interface LocatedFile {
  request: string;
  file: number;
  /** as it may be shown */
  location: string;
  /** its secrets, encrypted */
  sealed: Buffer | null;
}

/**
 * Where the task leaves files, recorded before their success is. To be called in a transaction, so
 * that no location is without its secret.
 */
export async function setLocations(
  query: Query,
  task: string,
  files: LocatedFile[],
): Promise<void> {
  await query(
    `WITH named AS MATERIALIZED (
       SELECT f.request_id, f.file_id, given.location
       FROM unnest($2::uuid[], $3::bigint[], $4::text[]) AS given(request_id, file_id, location)
       JOIN request_files f ON f.request_id = given.request_id AND f.file_id = given.file_id
       WHERE f.task = $1 AND f.state = '${fileMoves.gather.to}'
       ORDER BY f.request_id, f.file_id FOR UPDATE OF f
     )
     UPDATE request_files f SET location = named.location FROM named
     WHERE f.request_id = named.request_id AND f.file_id = named.file_id`,
    [task, ...arraysOf(files), files.map(({ location }) => location)],
    "set_locations",
  );
  const secret = files.filter(({ sealed }) => sealed !== null);
  if (secret.length === 0) return;
  await query(
    `INSERT INTO location_secrets (request_id, file_id, sealed)
     SELECT f.request_id, f.file_id, given.sealed
     FROM unnest($2::uuid[], $3::bigint[], $4::bytea[], $5::text[])
       AS given(request_id, file_id, sealed, location)
     JOIN request_files f ON f.request_id = given.request_id AND f.file_id = given.file_id
     WHERE f.task = $1 AND f.location = given.location
     ON CONFLICT (request_id, file_id) DO UPDATE SET sealed = excluded.sealed`,
    [
      task,
      ...arraysOf(secret),
      secret.map(({ sealed }) => sealed),
      secret.map(({ location }) => location),
    ],
  );
}

/** Secrets of locations that neither a file of a request nor a task needs. */
export async function deleteUnneededSecrets(query: Query): Promise<number> {
  const rows = await query(
    `DELETE FROM location_secrets WHERE (request_id, file_id) IN (
       SELECT secrets.request_id, secrets.file_id FROM location_secrets secrets
       WHERE NOT EXISTS (SELECT FROM request_files f
           WHERE f.request_id = secrets.request_id AND f.file_id = secrets.file_id)
         AND NOT EXISTS (SELECT FROM task_files m
           WHERE m.request_id = secrets.request_id AND m.file_id = secrets.file_id)
       LIMIT 10000) RETURNING file_id`,
  );
  return rows.length;
}
