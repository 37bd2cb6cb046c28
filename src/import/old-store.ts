// What is read of a ServiceX database (contract, section 7).
import { z } from "zod";
import type { OldDatabase } from "./old-database.ts";
import {
  file,
  id,
  type OldFile,
  type OldRequest,
  type OldResult,
  type OldStatus,
  type OldUser,
  readRows,
  request,
  result,
  status,
  user,
} from "./old-rows.ts";

/** By id, after this one. */
export function oldUsers(old: OldDatabase, after: number): Promise<OldUser[]> {
  return readRows(
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
  return readRows(
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
export const ofRequest = "CAST(request_id AS text) IN ($1, $2)";

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
  const [list] = await readRows(
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
  return readRows(
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
  return readRows(
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
  return readRows(
    old,
    status,
    `SELECT id, file_id, status, CAST(timestamp AS text) AS at, pod_name, info
     FROM file_status WHERE ${ofRequest} AND file_id BETWEEN $3 AND $4
     ORDER BY file_id, timestamp, id`,
    [request.uuid, String(request.id), first, last],
  );
}
