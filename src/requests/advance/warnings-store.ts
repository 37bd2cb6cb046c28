import type { Query } from "../../db/client.ts";
import { uncheckedCode, type Warning } from "../views.ts";

/** Files of a step that were read in the same way. */
export interface SchemaRow {
  step: number;
  read_as: {
    format?: string;
    columns?: string[];
    types?: string[];
    delimiter?: string;
    header?: boolean;
    encoding?: string;
  };
  files: number;
  examples: number[];
}

/** A dataset with more schemas than this is described by its most common ones. */
const mostSchemas = 200;

/** Most common first; empty if each step read all its files in the same way. */
export async function differingSchemas(query: Query, request: string): Promise<SchemaRow[]> {
  return query<SchemaRow>(
    `SELECT step, read_as, files, examples FROM request_schemas known
     WHERE request_id = $1 AND (
       SELECT count(*) > 1 FROM (
         SELECT FROM request_schemas other
         WHERE other.request_id = known.request_id AND other.step = known.step LIMIT 2
       ) two
     )
     ORDER BY step, files DESC, digest LIMIT $2`,
    [request, mostSchemas],
  );
}

export interface StoredWarning extends Warning {
  /** distinguishes warnings with the same code */
  subject: string;
}

/** Deletes warnings that no longer apply and writes those that changed. */
export async function storeWarnings(
  query: Query,
  request: string,
  warnings: readonly StoredWarning[],
): Promise<void> {
  await query(
    `WITH wanted AS (
       SELECT * FROM jsonb_to_recordset($2::jsonb)
         AS w(code text, subject text, message text, count bigint, files bigint[])
     ), deleted AS (
       DELETE FROM request_warnings old
       WHERE request_id = $1 AND code <> '${uncheckedCode}' AND NOT EXISTS (
         SELECT FROM wanted WHERE wanted.code = old.code AND wanted.subject = old.subject)
     )
     INSERT INTO request_warnings AS old (request_id, code, subject, message, count, files)
     SELECT $1, code, subject, message, count, files FROM wanted ORDER BY code, subject
     ON CONFLICT (request_id, code, subject) DO UPDATE
       SET message = excluded.message, count = excluded.count, files = excluded.files
       WHERE (old.message, old.count, old.files)
         IS DISTINCT FROM (excluded.message, excluded.count, excluded.files)`,
    [request, JSON.stringify(warnings)],
  );
}
