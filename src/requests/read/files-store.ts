import type { Query } from "../../db/client.ts";
import { newestFirst } from "../history-order.ts";
import {
  type FileState,
  fileSql,
  type HistoryStatus,
  historySql,
  openFileStates,
  openRequestStates,
  sqlList,
} from "../state.ts";

export interface FileRow {
  file: number;
  paths: string[];
  step: number;
  state: FileState;
  attempt: number;
  worker: string | null;
  fingerprint: string | null;
  class: string | null;
  message: string | null;
  info: string | null;
  given_back_by: string[] | null;
  given_back_at: Date | null;
  withheld: boolean;
  give_back_reason: string | null;
  updated_at: Date;
}

export interface FileFilter {
  state?: FileState | undefined;
  step?: number | undefined;
  error?: string | undefined;
  prefix?: string | undefined;
  after: number;
  limit: number;
}

const columns = `f.file_id AS file, i.paths, f.step, f.state, f.attempt, f.worker,
  f.error_group AS fingerprint, g.class, g.message, f.updated_at,
  (SELECT h.info FROM file_status h
   WHERE h.request_created = r.created_on AND h.request_id = f.request_id
     AND h.file_id = f.file_id AND h.step = f.step AND h.attempt = f.attempt
     AND h.status IN (${historySql.failure}, ${historySql.retry})
   ORDER BY ${newestFirst("h")} LIMIT 1) AS info,
  f.given_back_by, f.given_back_at, f.withheld,
  CASE WHEN f.given_back_by IS NOT NULL THEN (
    SELECT h.info FROM file_status h
    WHERE h.request_created = r.created_on AND h.request_id = f.request_id
      AND h.file_id = f.file_id AND h.step = f.step AND h.status = ${historySql.given_back}
    ORDER BY ${newestFirst("h")} LIMIT 1) END AS give_back_reason`;

const tables = `request_files f
  JOIN requests r ON r.id = f.request_id
  JOIN files i ON i.id = f.file_id
  LEFT JOIN error_groups g ON g.request_id = f.request_id AND g.fingerprint = f.error_group`;

export function fileRows(
  query: Query,
  request: string,
  { state, step, error, prefix, after, limit }: FileFilter,
): Promise<FileRow[]> {
  const open =
    state && ["waiting", "queued", "running"].includes(state)
      ? `AND f.state IN (${sqlList(openFileStates)})`
      : "";
  return query<FileRow>(
    `SELECT ${columns} FROM ${tables}
     WHERE f.request_id = $1 AND f.file_id > $2 ${open}
       AND ($3::text IS NULL OR f.state = $3) AND ($4::int IS NULL OR f.step = $4)
       AND ($5::text IS NULL OR (f.state = ${fileSql.failed} AND f.error_group = $5))
       AND ($6::text IS NULL OR starts_with(i.paths[1], $6))
     ORDER BY f.file_id LIMIT $7`,
    [request, after, state ?? null, step ?? null, error ?? null, prefix ?? null, limit],
  );
}

export async function fileRow(
  query: Query,
  request: string,
  file: number,
): Promise<FileRow | undefined> {
  const [row] = await query<FileRow>(
    `SELECT ${columns} FROM ${tables} WHERE f.request_id = $1 AND f.file_id = $2`,
    [request, file],
  );
  return row;
}

export interface FileResultRow {
  step: number;
  attempt: number;
  name: string;
  size: number;
  checksum: string | null;
  read_as: Record<string, unknown> | null;
}

/** The results of a file in each step, and how the file was read. */
export function fileResultRows(
  query: Query,
  request: string,
  file: number,
): Promise<FileResultRow[]> {
  return query<FileResultRow>(
    `SELECT made.step, made.attempt, made.name, made.size, made.checksum, known.read_as
     FROM results made
     LEFT JOIN request_schemas known ON known.request_id = made.request_id
       AND known.step = made.step AND known.digest = made.read_as
     WHERE made.request_id = $1 AND made.file_id = $2 ORDER BY made.step, made.seq LIMIT 1000`,
    [request, file],
  );
}

export interface ReadingRow {
  step: number;
  attempt: number;
  read_as: Record<string, unknown>;
}

/**
 * How the file was read by each attempt that succeeded. Read from the history, since rows of
 * results are deleted with their objects.
 */
export function readingRows(query: Query, request: string, file: number): Promise<ReadingRow[]> {
  return query<ReadingRow>(
    `SELECT h.step, h.attempt, known.read_as
     FROM requests r
     JOIN file_status h ON h.request_created = r.created_on AND h.request_id = r.id
     CROSS JOIN LATERAL unnest(h.read_as) AS reading(digest)
     JOIN request_schemas known ON known.request_id = h.request_id AND known.step = h.step
       AND known.digest = reading.digest
     WHERE r.id = $1 AND h.file_id = $2
     ORDER BY h.step, h.attempt, reading.digest LIMIT 1000`,
    [request, file],
  );
}

export interface HistoryRowOfFile {
  step: number;
  attempt: number;
  round: number;
  status: HistoryStatus;
  timestamp: Date;
  pod_name: string | null;
  info: string | null;
  input_size: number | null;
  input_sha256: string | null;
}

/** The newest rows, the newest first. */
export function historyRows(
  query: Query,
  request: string,
  file: number,
  limit: number,
): Promise<HistoryRowOfFile[]> {
  return query<HistoryRowOfFile>(
    `SELECT h.step, h.attempt, h.round, h.status, h.timestamp, h.pod_name, h.info,
       h.input_size, h.input_sha256
     FROM requests r JOIN file_status h ON h.request_created = r.created_on AND h.request_id = r.id
     WHERE r.id = $1 AND h.file_id = $2
     ORDER BY ${newestFirst("h")}, h.step DESC, h.attempt DESC LIMIT $3`,
    [request, file, limit],
  );
}

const takesFiles = openRequestStates.filter((state) => state !== "canceling");

/** Whether the file is in the dataset of the open request but not registered yet. */
export async function isFileComing(query: Query, request: string, file: number): Promise<boolean> {
  const rows = await query(
    `SELECT FROM requests request
     JOIN files file ON file.dataset_id = request.dataset_id AND file.id = $2
     WHERE request.id = $1 AND request.state IN (${sqlList(takesFiles)}) AND request.ending IS NULL
       AND NOT EXISTS (
         SELECT FROM request_files registered
         WHERE registered.request_id = request.id AND registered.file_id = file.id)`,
    [request, file],
  );
  return rows.length > 0;
}
