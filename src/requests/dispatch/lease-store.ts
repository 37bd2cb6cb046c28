import type { Query } from "../../db/client.ts";
import { acceptsWork, fileMoves } from "../state.ts";
import type { WorkKey } from "./start-store.ts";

/** Renews the leases of those files that this worker still has; answers which they are. */
export async function renewLeases(
  query: Query,
  worker: string,
  leaseSeconds: number,
  keys: WorkKey[],
): Promise<Set<string>> {
  const rows = await query<{ request: string; file: number }>(
    `WITH named AS MATERIALIZED (
       SELECT f.*, i.step AS said_step, i.attempt AS said_attempt
       FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::int[]) AS i(request_id, file_id, step, attempt)
       JOIN request_files f ON f.request_id = i.request_id AND f.file_id = i.file_id
       JOIN requests r ON r.id = i.request_id AND ${acceptsWork("r")}
       ORDER BY f.request_id, f.file_id FOR UPDATE OF f
     ), c AS (
       SELECT request_id, file_id FROM named WHERE state = '${fileMoves.start.to}' AND worker = $5 AND step = said_step AND attempt = said_attempt
     )
     UPDATE request_files f SET lease_until = now() + make_interval(secs => $6) FROM c
     WHERE f.request_id = c.request_id AND f.file_id = c.file_id RETURNING f.request_id AS request, f.file_id AS file`,
    [
      keys.map((k) => k.request),
      keys.map((k) => k.file),
      keys.map((k) => k.step),
      keys.map((k) => k.attempt),
      worker,
      leaseSeconds,
    ],
    "renew_leases",
  );
  return new Set(rows.map((row) => `${row.request}/${row.file}`));
}
