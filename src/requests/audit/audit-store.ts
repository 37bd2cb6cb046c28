import type { Query } from "../../db/client.ts";
import { requestSql } from "../state.ts";
import { checks } from "./checks-store.ts";
import { scope } from "./scope.ts";

export interface Violation {
  invariant: string;
  request: string;
  file?: number;
  detail: string;
}

export const mostPerCheck = 20;

/** Where the tables contradict each other, at most twenty violations per check. */
export async function violationsInLedger(
  query: Query,
  request: string | null,
  fileAttempts: number,
  operationsWithOutputs: string[],
): Promise<Violation[]> {
  const parameters = { fileAttempts, operationsWithOutputs };
  const found: Violation[] = [];
  for (const { invariant, sql, parameter } of checks) {
    const rows = await query<{ request: string; file?: number | null; detail: string }>(
      `${sql} LIMIT ${mostPerCheck}`,
      [request, ...(parameter ? [parameters[parameter]] : [])],
    );
    for (const { file, ...row } of rows)
      found.push({ invariant, ...row, ...(typeof file === "number" ? { file } : {}) });
  }
  return found;
}

export interface KeptResult {
  request: string;
  file: number | null;
  name: string;
  size: number;
  checksum: string | null;
  etag: string | null;
}

/** A request that is being deleted has no results: nobody sees them. */
const mustBeStored = `o.deleted_at IS NULL
       AND NOT EXISTS (
         SELECT FROM requests WHERE id = o.request_id AND state = ${requestSql.deleting})`;

/** A page of the results that must be in the store, ordered by request and name. */
export function keptResults(
  query: Query,
  request: string | null,
  after: { request: string; name: string },
  limit: number,
): Promise<KeptResult[]> {
  return query<KeptResult>(
    `SELECT o.request_id AS request, o.file_id AS file, o.name, o.size, o.checksum, o.etag
     FROM results o
     WHERE ${scope("o.request_id")} AND ${mustBeStored}
       AND (o.request_id, o.name) > ($2::uuid, $3)
     ORDER BY o.request_id, o.name LIMIT $4`,
    [request, after.request, after.name, limit],
  );
}

/** Objects are removed after the result is marked, so one that is missing may be so by now. */
export async function isKept(
  query: Query,
  { request, name }: Pick<KeptResult, "request" | "name">,
): Promise<boolean> {
  const rows = await query(
    `SELECT FROM results o WHERE o.request_id = $1 AND o.name = $2 AND ${mustBeStored}`,
    [request, name],
  );
  return rows.length > 0;
}

export async function auditedCounts(query: Query, request: string | null): Promise<Counts> {
  const [row] = await query<Counts>(
    `SELECT (SELECT count(*) FROM requests WHERE ${scope("id")}) AS requests, f.files, f.again,
       (SELECT count(*) FROM file_status WHERE ${scope("request_id")}) AS history
     FROM (SELECT count(*) AS files, count(*) FILTER (WHERE attempt > 1) AS again
           FROM request_files WHERE ${scope("request_id")}) AS f`,
    [request],
  );
  return row ?? { requests: 0, files: 0, again: 0, history: 0 };
}

interface Counts {
  requests: number;
  files: number;
  again: number;
  history: number;
}

/** Those among these of which the database has neither a request nor a receipt. */
export async function unknownIds(query: Query, ids: string[]): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `SELECT ids.id FROM unnest($1::uuid[]) AS ids(id)
     WHERE NOT EXISTS (SELECT FROM requests WHERE requests.id = ids.id)
       AND NOT EXISTS (SELECT FROM receipts WHERE receipts.request_id = ids.id)
       AND NOT EXISTS (SELECT FROM service_identity WHERE store_id = ids.id)
     ORDER BY ids.id`,
    [ids],
  );
  return rows.map(({ id }) => id);
}
