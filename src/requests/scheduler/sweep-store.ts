import type { Query } from "../../db/client.ts";
import { dispatchStates, finalRequestStates, sqlList } from "../state.ts";

/** Requests with queued files, whose topics are checked. */
export async function requestsWithQueued(query: Query): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT DISTINCT r.id FROM requests r JOIN request_steps s ON s.request_id = r.id
     WHERE r.state IN (${sqlList(dispatchStates)}) AND s.queued > 0`,
  );
  return rows.map((row) => row.id);
}

/** The ids among these that are not of an open request: it has ended or never existed. */
export async function notOpen(query: Query, ids: string[]): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT given.id::text AS id FROM unnest($1::uuid[]) AS given(id)
     LEFT JOIN requests r ON r.id = given.id
     WHERE r.id IS NULL OR r.state IN (${sqlList(finalRequestStates)})`,
    [ids],
  );
  return rows.map((row) => row.id);
}

/** Cleaned up once more, in case of a crash between the move and the clean-up. */
export async function endedRecently(query: Query, seconds: number): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT id FROM requests WHERE state IN (${sqlList(finalRequestStates)})
       AND finished_at > now() - make_interval(secs => $1) ORDER BY finished_at LIMIT 1000`,
    [seconds],
  );
  return rows.map((row) => row.id);
}

/** Ended requests whose results have expired; after a redrive there are results again. */
export async function requestsPastTtl(
  query: Query,
  days: number,
  limit: number,
): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT id FROM requests
     WHERE (results_deleted_at IS NULL OR results_deleted_at < finished_at)
       AND state IN (${sqlList(finalRequestStates)})
       AND finished_at < now() - make_interval(secs => $1) ORDER BY finished_at LIMIT $2`,
    [days * 86_400, limit],
  );
  return rows.map((row) => row.id);
}
