import type { Query } from "../../db/client.ts";
import { finalRequestStates, openRequestStates, sqlList } from "../state.ts";

/** The ids among these that are not of an open request: it has ended or does not exist. */
export async function notOpen(query: Query, ids: string[]): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT given.id::text AS id FROM unnest($1::uuid[]) AS given(id)
     LEFT JOIN requests r ON r.id = given.id
     WHERE r.id IS NULL OR r.state NOT IN (${sqlList(openRequestStates)})`,
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
