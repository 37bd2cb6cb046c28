import type { Query } from "../../db/client.ts";
import { historySql } from "../state.ts";
import type { ReportRow } from "./report-row.ts";

const { retry, failure } = historySql;

/**
 * Which of these reports, which moved nothing, are already in the history. One lookup by key for
 * each: with a join, the planner read the request's whole history for each (10,000 duplicates of
 * 40,000 files took 65 s).
 */
export async function areRecorded(
  query: Query,
  rows: Pick<ReportRow, "request" | "file" | "step" | "attempt" | "status">[],
): Promise<boolean[]> {
  const found = await query<{ ord: number }>(
    `SELECT given.ord
     FROM unnest($1::int[], $2::uuid[], $3::bigint[], $4::int[], $5::int[], $6::text[])
       AS given(ord, request_id, file_id, step, attempt, status)
     JOIN requests r ON r.id = given.request_id
     CROSS JOIN LATERAL (
       SELECT FROM file_status h
       WHERE h.request_created = r.created_on AND h.request_id = given.request_id
         AND h.file_id = given.file_id AND h.step = given.step AND h.attempt = given.attempt
         AND (h.status = given.status
           OR (h.status = ${failure} AND given.status = ${retry})
           OR (h.status = ${retry} AND given.status = ${failure} AND EXISTS (
             SELECT FROM request_steps s WHERE s.request_id = given.request_id
               AND s.step = given.step AND s.retry_classes IS NOT NULL)))
       LIMIT 1
     ) AS found`,
    [
      rows.map((_, ord) => ord),
      rows.map((row) => row.request),
      rows.map((row) => row.file),
      rows.map((row) => row.step),
      rows.map((row) => row.attempt),
      rows.map((row) => row.status),
    ],
    "are_recorded",
  );
  const recorded = new Set(found.map((row) => row.ord));
  return rows.map((_, ord) => recorded.has(ord));
}
