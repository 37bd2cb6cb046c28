import type { Query } from "../../db/client.ts";
import { acceptsWork, fileMoves } from "../state.ts";
import type { WorkKey } from "./started-rows-store.ts";

/** Renews the leases of the files that this worker still holds, and returns those files. */
export async function renewLeases(
  query: Query,
  worker: string,
  leaseSeconds: number,
  keys: WorkKey[],
): Promise<Set<string>> {
  const rows = await query<{ request: string; file: number }>(
    `WITH given AS (
       SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::int[])
         AS given(request_id, file_id, step, attempt)
     ), locked AS MATERIALIZED (
       SELECT f.*, given.step AS given_step, given.attempt AS given_attempt
       FROM given
       JOIN request_files f ON f.request_id = given.request_id AND f.file_id = given.file_id
       JOIN requests r ON r.id = given.request_id AND ${acceptsWork("r")}
       ORDER BY f.request_id, f.file_id FOR UPDATE OF f
     ), held AS (
       SELECT request_id, file_id FROM locked
       WHERE state = '${fileMoves.start.to}' AND worker = $5
         AND step = given_step AND attempt = given_attempt
     )
     UPDATE request_files f SET lease_until = now() + make_interval(secs => $6)
     FROM held WHERE f.request_id = held.request_id AND f.file_id = held.file_id
     RETURNING f.request_id AS request, f.file_id AS file`,
    [
      keys.map((key) => key.request),
      keys.map((key) => key.file),
      keys.map((key) => key.step),
      keys.map((key) => key.attempt),
      worker,
      leaseSeconds,
    ],
    "renew_leases",
  );
  return new Set(rows.map((row) => `${row.request}/${row.file}`));
}
