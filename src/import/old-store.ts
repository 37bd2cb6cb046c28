// What is read of a ServiceX database (contract, section 7). Each row passes a schema once.
import { z } from "zod";
import { sanitize } from "../requests/reports/sanitize.ts";
import type { OldDatabase } from "./old-database.ts";

/** SQLite has no booleans, and Postgres gives large numbers as text. */
const number = z
  .union([z.number(), z.bigint(), z.string().regex(/^-?\d+(\.\d+)?$/)])
  .transform(Number)
  .nullable();
const id = number.pipe(z.int());
const yes = z.union([z.boolean(), z.number()]).nullable().transform(Boolean);
/** Only SQLite keeps a NUL, which Postgres takes in no text. */
const text = z.string().transform(sanitize).nullable();

const user = z.object({
  id,
  email: text,
  name: text,
  institution: text,
  experiment: text,
  sub: text,
  admin: yes,
  pending: yes,
  refresh_token: text,
  created_at: text,
});
export type OldUser = z.output<typeof user>;

const request = z.object({
  id,
  request_id: text,
  title: text,
  submit_time: text,
  finish_time: text,
  did: text,
  selection: text,
  tree_name: text,
  image: text,
  workers: number,
  result_destination: text,
  result_format: text,
  submitted_by: number,
  failure_description: text,
  status: text,
  files: number,
  did_id: number,
  files_completed: number,
  files_failed: number,
});
export type OldRequest = z.output<typeof request>;

const file = z.object({ id, adler32: text, file_size: number, file_events: number, paths: text });
export type OldFile = z.output<typeof file>;

const result = z.object({
  id,
  file_id: id,
  file_path: text,
  transform_status: text,
  transform_time: number,
  total_events: number,
  total_bytes: number,
});
export type OldResult = z.output<typeof result>;

const status = z.object({
  id,
  file_id: id,
  status: text,
  at: text,
  pod_name: text,
  info: text,
});
export type OldStatus = z.output<typeof status>;

const counted = z.object({ total: id });

/** By id, after this one. */
export function oldUsers(old: OldDatabase, after: number): Promise<OldUser[]> {
  return read(
    old,
    user,
    `SELECT id, email, name, institution, experiment, sub, admin, pending, refresh_token,
       CAST(created_at AS text) AS created_at
     FROM users WHERE id > $1 ORDER BY id LIMIT 500`,
    [after],
  );
}

/** By id; few at a time, since a selection may have ten megabytes. */
export function oldRequests(old: OldDatabase, after: number): Promise<OldRequest[]> {
  const counts =
    old.generation === "2024"
      ? "did_id, files_completed, files_failed"
      : "NULL AS did_id, NULL AS files_completed, NULL AS files_failed";
  return read(
    old,
    request,
    `SELECT id, request_id, title, CAST(submit_time AS text) AS submit_time,
       CAST(finish_time AS text) AS finish_time, did, selection, tree_name, image, workers,
       result_destination, result_format, submitted_by, failure_description,
       CAST(status AS text) AS status, files, ${counts}
     FROM requests WHERE id > $1 ORDER BY id LIMIT 50`,
    [after],
  );
}

/** What names a request's files: its dataset, or in 2022 the request itself. */
export interface FileOwner {
  dataset: number | null;
  request: { id: number; uuid: string };
}

/** Keys of 2022 name a request by its UUID or by its number. */
const ofRequest = "CAST(request_id AS text) IN ($1, $2)";

/** The parameters come first. */
function filesOf(old: OldDatabase, { dataset, request: { id: number, uuid } }: FileOwner) {
  return old.generation === "2024"
    ? { where: "dataset_id = $1", params: [dataset ?? -1] }
    : { where: ofRequest, params: [uuid, String(number)] };
}

/** How many there are, and the last id among them. */
export async function oldFileList(
  old: OldDatabase,
  owner: FileOwner,
): Promise<{ total: number; last: number }> {
  const { where, params } = filesOf(old, owner);
  const [list] = await read(
    old,
    z.object({ total: id, last: id }),
    `SELECT count(*) AS total, coalesce(max(id), 0) AS last FROM files WHERE ${where}`,
    params,
  );
  return list ?? { total: 0, last: 0 };
}

/** By id, after this one and not after `last`. */
export function oldFiles(
  old: OldDatabase,
  owner: FileOwner,
  { after, last, limit }: { after: number; last: number; limit: number },
): Promise<OldFile[]> {
  const { where, params } = filesOf(old, owner);
  const next = params.length + 1;
  return read(
    old,
    file,
    `SELECT id, adler32, file_size, file_events, paths FROM files
     WHERE ${where} AND id > $${next} AND id <= $${next + 1} ORDER BY id LIMIT $${next + 2}`,
    [...params, after, last, limit],
  );
}

interface Range {
  first: number;
  last: number;
}

/** Of files with these ids, in the order of being written. */
export function oldResults(
  old: OldDatabase,
  request: FileOwner["request"],
  { first, last }: Range,
): Promise<OldResult[]> {
  return read(
    old,
    result,
    `SELECT id, file_id, file_path, transform_status, transform_time, total_events, total_bytes
     FROM transform_result WHERE request_id = $1 AND file_id BETWEEN $2 AND $3
     ORDER BY file_id, id`,
    [request.uuid, first, last],
  );
}

/** What workers of 2022 reported; later databases have no such table. */
export async function oldStatuses(
  old: OldDatabase,
  request: FileOwner["request"],
  { first, last }: Range,
): Promise<OldStatus[]> {
  if (old.generation !== "2022") return [];
  return read(
    old,
    status,
    `SELECT id, file_id, status, CAST(timestamp AS text) AS at, pod_name, info
     FROM file_status WHERE ${ofRequest} AND file_id BETWEEN $3 AND $4
     ORDER BY file_id, timestamp, id`,
    [request.uuid, String(request.id), first, last],
  );
}

/** All that name this request, also those of files that it does not have. */
export async function oldCounts(
  old: OldDatabase,
  request: FileOwner["request"],
): Promise<{ results: number; statuses: number }> {
  const results = await count(old, "transform_result WHERE request_id = $1", [request.uuid]);
  const statuses =
    old.generation === "2022"
      ? await count(old, `file_status WHERE ${ofRequest}`, [request.uuid, String(request.id)])
      : 0;
  return { results, statuses };
}

export function oldTotal(old: OldDatabase, table: "requests" | "users"): Promise<number> {
  return count(old, table);
}

/** Rows that refer to nothing, by what they are. */
export async function oldOrphans(old: OldDatabase): Promise<Record<string, number>> {
  const noRequest = (column: string) =>
    `NOT EXISTS (SELECT 1 FROM requests r
       WHERE CAST(${column} AS text) IN (r.request_id, CAST(r.id AS text)))`;
  const results = await count(old, `transform_result t WHERE ${noRequest("t.request_id")}`);
  const named = { "a result of a request that does not exist": results };
  if (old.generation === "2022")
    return {
      ...named,
      "a file of a request that does not exist": await count(
        old,
        `files t WHERE ${noRequest("t.request_id")}`,
      ),
      "a row of file_status of a request that does not exist": await count(
        old,
        `file_status t WHERE ${noRequest("t.request_id")}`,
      ),
    };
  return {
    ...named,
    "a file of a dataset that does not exist": await count(
      old,
      "files t WHERE NOT EXISTS (SELECT 1 FROM datasets d WHERE d.id = t.dataset_id)",
    ),
    "a dataset that no request names: it is looked up again when one does": await count(
      old,
      "datasets t WHERE NOT EXISTS (SELECT 1 FROM requests r WHERE r.did_id = t.id)",
    ),
  };
}

async function count(
  old: OldDatabase,
  rows: string,
  params: (string | number)[] = [],
): Promise<number> {
  const [row] = await read(old, counted, `SELECT count(*) AS total FROM ${rows}`, params);
  return row?.total ?? 0;
}

async function read<Shape extends z.ZodType>(
  old: OldDatabase,
  shape: Shape,
  text: string,
  params: (string | number)[],
): Promise<z.output<Shape>[]> {
  return z.array(shape).parse(await old.rows(text, params));
}
