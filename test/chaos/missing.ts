import type { Db } from "../../src/db/client.ts";

/**
 * Lines of the senders' logs that `file_status` does not have: an acknowledged report was lost
 * (I4).
 */
export async function missingAcknowledged(db: Db, lines: string[]): Promise<string[]> {
  const missing: string[] = [];
  for (let start = 0; start < lines.length; start += 10_000) {
    const rows = lines.slice(start, start + 10_000).map((line) => line.split(" "));
    const column = (at: number) => rows.map((row) => row[at]);
    const found = await db.query<{ line: string }>(
      `SELECT concat_ws(' ', line.request, line.file, line.step, line.attempt, line.status) AS line
       FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::int[], $5::text[])
         AS line(request, file, step, attempt, status)
       JOIN requests r ON r.id = line.request
       LEFT JOIN file_status h ON h.request_created = r.created_on
         AND h.request_id = line.request AND h.file_id = line.file AND h.step = line.step
         AND h.attempt = line.attempt
         AND (h.status = line.status OR (line.status = 'retry' AND h.status = 'failure'))
       WHERE h.status IS NULL LIMIT 20`,
      [column(0), column(1), column(2), column(3), column(4)],
    );
    missing.push(...found.map((row) => row.line));
  }
  return missing;
}
