import type { Query } from "../../db/client.ts";
import { hasWorkload } from "../has-workload.ts";
import { settingsBytes } from "../settings-bytes.ts";
import { acceptsWork, fileSql } from "../state.ts";
import type { WorkFilter } from "./claim-queue.ts";
import type { WorkKey } from "./started-rows-store.ts";

export interface WithheldFile extends WorkKey {
  owner: string;
  operation: string;
  settingsBytes: number;
  givenBackBy: string[];
}

const mostFiles = 100;

/**
 * Withheld files that at least one of these workers may take, without those of `locked` requests or
 * of steps that the workers do not want.
 * Each claim asks, so files are read by themselves first, by the index of such files, which is
 * empty as a rule.
 */
export function withheldFiles(
  query: Query,
  { operations, request, without = [] }: WorkFilter,
  workers: string[],
  locked: string[],
): Promise<WithheldFile[]> {
  return query<WithheldFile>(
    `WITH withheld_files AS MATERIALIZED (
       SELECT request_id, file_id, step, attempt, given_back_by FROM request_files
       WHERE withheld AND state = ${fileSql.waiting} AND NOT given_back_by @> $1
         AND (not_before IS NULL OR not_before <= now())
         AND ($3::uuid IS NULL OR request_id = $3) AND request_id <> ALL($4::uuid[])
         AND (request_id, step) NOT IN (SELECT * FROM unnest($5::uuid[], $6::int[]))
     )
     SELECT f.request_id AS request, f.file_id AS file, f.step, f.attempt, r.owner, s.operation,
       ${settingsBytes("s")} AS "settingsBytes", coalesce(f.given_back_by, '{}') AS "givenBackBy"
     FROM withheld_files f
     JOIN request_steps s ON s.request_id = f.request_id AND s.step = f.step
     JOIN requests r ON r.id = f.request_id
     WHERE s.operation = ANY($2) AND ${acceptsWork("r")} AND NOT ${hasWorkload("s")}
     ORDER BY f.request_id, f.step, f.file_id LIMIT ${mostFiles}`,
    [
      workers,
      operations,
      request ?? null,
      locked,
      without.map((step) => step.request),
      without.map((step) => step.step),
    ],
    "withheld_files",
  );
}
