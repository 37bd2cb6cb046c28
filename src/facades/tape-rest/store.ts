import type { Query } from "../../db/client.ts";
import { openRequestStates, sqlList } from "../../requests/state.ts";

/** Sets these locks apart from other advisory locks. */
const keyLock = 72707374;

/**
 * Files of the key's requests that have not ended. Until the end of the transaction others with the
 * key wait: of two at once, one counts what the other has made.
 */
export async function openFiles(
  query: Query,
  { owner, key }: { owner: string; key: string },
): Promise<number> {
  await query("SELECT pg_advisory_xact_lock(hashtextextended($1, $2))", [key, keyLock]);
  const [row] = await query<{ n: number }>(
    `SELECT coalesce(sum(d.file_count - coalesce(ended.n, 0)), 0)::int AS n
     FROM requests r JOIN datasets d ON d.id = r.dataset_id
     LEFT JOIN LATERAL (
       SELECT sum(s.done + s.failed + s.canceled) AS n FROM request_steps s
       WHERE s.request_id = r.id) AS ended ON true
     WHERE r.owner = $1 AND r.state IN (${sqlList(openRequestStates)})
       AND r.facade -> 'tape-rest' ->> 'key' = $2`,
    [owner, key],
    "open_tape_rest_files",
  );
  return row?.n ?? 0;
}
