import { shownAddress } from "../../addresses/shown.ts";
import type { Caller } from "../../auth/caller.ts";
import { decodeCursor, encodeCursor } from "../../cursor.ts";
import type { Deps } from "../../deps.ts";
import { notFound } from "../../errors.ts";
import type { Action } from "../../users/policy.ts";
import type { FileState } from "../state.ts";
import type { FileResult, FileView, HistoryRow, Page, Reading } from "../views.ts";
import {
  type FileRow,
  fileResultRows,
  fileRow,
  fileRows,
  type HistoryRowOfFile,
  historyRows,
  isFileComing,
  readingRows,
} from "./files-store.ts";
import { givenBackOf } from "./given-back.ts";
import { readRequest } from "./request.ts";

/** Events of a file that are read. */
export const mostHistory = 1000;

export interface ListFiles {
  state?: FileState | undefined;
  step?: number | undefined;
  /** fingerprint of an error group */
  error?: string | undefined;
  /** of the first replica's path */
  prefix?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

export async function listFiles(
  ctx: Deps<"db">,
  id: string,
  caller: Caller,
  { cursor, limit, ...filter }: ListFiles,
): Promise<Page<FileView>> {
  await readRequest(ctx, id, caller);
  const after = cursor ? Number(decodeCursor(cursor, ["number"])[0]) : 0;
  const prefix = filter.prefix === undefined ? undefined : shownAddress(filter.prefix);
  const rows = await fileRows(ctx.db.query, id, { ...filter, prefix, after, limit: limit + 1 });
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  const items = rows.slice(0, limit).map((row) => toView(id, row));
  return { items, next: last ? encodeCursor([last.file]) : null };
}

function toHistory({ input_size: size, input_sha256: sha256, ...entry }: HistoryRowOfFile) {
  const input = size === null || sha256 === null ? null : { size, sha256 };
  return { ...entry, timestamp: entry.timestamp.toISOString(), input };
}

export async function readFile(
  ctx: Deps<"db">,
  id: string,
  file: number,
  caller: Caller,
  action?: Action,
): Promise<FileView & { results: FileResult[]; readings: Reading[]; history: HistoryRow[] }> {
  await readRequest(ctx, id, caller, action);
  const row =
    Number.isSafeInteger(file) && file > 0 ? await fileRow(ctx.db.query, id, file) : undefined;
  if (!row) throw notFound("file of this request", String(file));
  const history = await historyRows(ctx.db.query, id, file, mostHistory);
  return {
    ...toView(id, row),
    results: await fileResultRows(ctx.db.query, id, file),
    readings: await readingRows(ctx.db.query, id, file),
    history: history.toReversed().map(toHistory),
  };
}

/**
 * Whether the open request will have this file of its dataset shortly: a worker that learns of the
 * file from its finder may report before it is registered.
 */
export function isComing(ctx: Deps<"db">, request: string, file: number): Promise<boolean> {
  return isFileComing(ctx.db.query, request, file);
}

function toView(request: string, row: FileRow): FileView {
  const { file, paths, step, state, attempt, worker, fingerprint } = row;
  const error = fingerprint
    ? { fingerprint, class: row.class ?? "unknown", message: row.info ?? row.message ?? "" }
    : null;
  return {
    file,
    paths,
    step,
    state,
    attempt,
    worker,
    error,
    given_back: givenBackOf(request, row),
    updated_at: row.updated_at.toISOString(),
  };
}
