import type { Query } from "../../db/client.ts";

/** Before they are stored, so that whatever crashes, they are found. */
export async function noteAttachments(
  query: Query,
  request: string,
  attachments: readonly { name: string; size: number }[],
): Promise<void> {
  await query(
    `INSERT INTO attachments (request_id, name, size)
     SELECT $1, name, size FROM unnest($2::text[], $3::bigint[]) AS given(name, size)`,
    [request, attachments.map(({ name }) => name), attachments.map(({ size }) => size)],
  );
}

export async function forgetAttachments(query: Query, request: string): Promise<void> {
  await query(`DELETE FROM attachments WHERE request_id = $1`, [request]);
}

/** Requests that are no longer there, or were never recorded, and whose attachments are so old. */
export async function requestsLeft(
  query: Query,
  seconds: number,
  limit: number,
): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT DISTINCT kept.request_id AS id FROM attachments kept
     WHERE kept.created_at < now() - make_interval(secs => $1)
       AND NOT EXISTS (SELECT FROM requests WHERE requests.id = kept.request_id)
     LIMIT $2`,
    [seconds, limit],
  );
  return rows.map(({ id }) => id);
}
