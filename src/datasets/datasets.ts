import { decodeCursor, encodeCursor } from "../cursor.ts";
import type { Deps } from "../deps.ts";
import { notFound } from "../errors.ts";
import type { Page } from "../requests/views.ts";
import { type DatasetRow, datasetFileRows, datasetRow, datasetRows } from "./datasets-store.ts";
import type { DatasetOutcome } from "./lookup-end.ts";
import { moveDataset } from "./move-store.ts";
import type { DatasetState } from "./state.ts";

export interface DatasetView {
  id: string;
  /** the scheme of its name; `user` for a list in a request */
  finder: string;
  name: string;
  /** of this name; a request keeps the version it began with */
  version: number;
  state: DatasetState;
  /** how its lookup ended; null while it is running */
  outcome: DatasetOutcome | null;
  reason: string | null;
  incomplete: boolean;
  files: number;
  /** bytes, of the files whose size the finder knows */
  size: number;
  events: number;
  created_at: string;
  updated_at: string;
  last_used_at: string;
}

export interface DatasetFileView {
  file: number;
  /** replicas in order of preference */
  paths: string[];
  size: number | null;
  events: number | null;
  checksum: string | null;
}

export interface ListDatasets {
  finder?: string | undefined;
  /** also versions that no new request uses: deleted, outdated, failed */
  past?: boolean | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Newest first, in keyset pages. */
export async function listDatasets(
  ctx: Deps<"db">,
  { finder, past = false, cursor, limit }: ListDatasets,
): Promise<Page<DatasetView>> {
  const before = cursor ? Number(decodeCursor(cursor, ["number"])[0]) : undefined;
  const rows = await datasetRows(ctx.db.query, { finder, past, before, limit: limit + 1 });
  return pageOf(rows, limit, toView, (row) => row.id);
}

export async function readDataset(ctx: Deps<"db">, id: string | number): Promise<DatasetView> {
  return toView(await rowOf(ctx, id));
}

/** In the order in which they were found. */
export async function listDatasetFiles(
  ctx: Deps<"db">,
  id: string | number,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<DatasetFileView>> {
  const dataset = await rowOf(ctx, id);
  const after = cursor ? Number(decodeCursor(cursor, ["number"])[0]) : 0;
  const rows = await datasetFileRows(ctx.db.query, dataset.id, { after, limit: limit + 1 });
  return pageOf(
    rows,
    limit,
    ({ seq: _, ...file }) => file,
    (row) => row.seq,
  );
}

/**
 * Removes a dataset: the next request that names it looks it up again. Requests that use it keep it, and a lookup they wait
 * for goes on, so nothing has to end first. `removed` is false if no new request used it anyway.
 */
export async function removeDataset(
  ctx: Deps<"db">,
  id: string | number,
): Promise<{ removed: boolean; dataset: DatasetView }> {
  const { id: number } = await rowOf(ctx, id);
  const removed = await moveDataset(ctx.db.query, number, "remove");
  return { removed, dataset: await readDataset(ctx, number) };
}

async function rowOf(ctx: Deps<"db">, id: string | number): Promise<DatasetRow> {
  const row = /^[1-9]\d{0,14}$/.test(String(id))
    ? await datasetRow(ctx.db.query, Number(id))
    : undefined;
  if (!row) throw notFound("dataset", String(id));
  return row;
}

function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  toItem: (row: Row) => Item,
  keyOf: (row: Row) => number,
): Page<Item> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    items: rows.slice(0, limit).map(toItem),
    next: last ? encodeCursor([keyOf(last)]) : null,
  };
}

function toView({ id, created_at, updated_at, last_used_at, ...row }: DatasetRow): DatasetView {
  return {
    id: String(id),
    ...row,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
    last_used_at: last_used_at.toISOString(),
  };
}
