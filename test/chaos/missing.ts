import type { Db } from "../../src/db/client.ts";
import type { Page } from "./worker/journal.ts";

const atOnce = 10_000;
const mostShown = 20;

/** How an attempt ends, whoever says so. */
const ends = "'success', 'failure', 'retry', 'given_back', 'lost', 'cancel'";

const isRecorded = `(history.status = line.status
  OR (line.status = 'retry' AND history.status = 'failure'))`;

/**
 * Lines of the workers' journals that the history of a request that still exists lacks: a report
 * was lost (I4). One that the service acknowledged must be there itself. Of one that the broker
 * confirmed, nothing more is known than that its attempt must have ended.
 */
export async function missingReports(
  db: Db,
  page: Extract<Page, "acknowledged" | "confirmed">,
  lines: readonly string[],
): Promise<string[]> {
  const matches =
    page === "acknowledged" ? isRecorded : `(${isRecorded} OR history.status IN (${ends}))`;
  const missing: string[] = [];
  for (let start = 0; start < lines.length; start += atOnce) {
    const rows = lines.slice(start, start + atOnce).map((line) => line.split(" "));
    const column = (at: number) => rows.map((row) => row[at]);
    const found = await db.query<{ line: string }>(
      `SELECT concat_ws(' ', line.request, line.file, line.step, line.attempt, line.status) AS line
       FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::int[], $5::text[])
         AS line(request, file, step, attempt, status)
       JOIN requests ON requests.id = line.request
       LEFT JOIN file_status history ON history.request_created = requests.created_on
         AND history.request_id = line.request AND history.file_id = line.file
         AND history.step = line.step AND history.attempt = line.attempt
         AND ${matches}
       WHERE history.status IS NULL LIMIT ${mostShown}`,
      [column(0), column(1), column(2), column(3), column(4)],
    );
    missing.push(...found.map((row) => `${page}: ${row.line}`));
  }
  return missing;
}
