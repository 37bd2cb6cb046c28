import { type Caller, ownerOf } from "../auth/caller.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import type { Deps } from "../deps.ts";
import { notFound } from "../errors.ts";
import type { Page } from "../requests/views.ts";
import { noteAdmin } from "../users/acts.ts";
import { type Action, assertMay, decide, onlyOf } from "../users/policy.ts";
import {
  type DatasetRow,
  datasetFileRows,
  datasetRow,
  datasetRows,
  isUsedBy,
} from "./datasets-store.ts";
import { closeDataset } from "./fill.ts";
import { isAwaitedByOthers, lookupOf } from "./lookup-store.ts";
import { moveDataset } from "./move-store.ts";

/** A row with its id and its times as text. */
export type DatasetView = Omit<DatasetRow, "id" | DatasetTime> & Record<"id" | DatasetTime, string>;
type DatasetTime = "created_at" | "updated_at" | "last_used_at";

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

/**
 * Newest first, in keyset pages: datasets that the caller's requests use, or all if the caller may
 * see them.
 */
export async function listDatasets(
  ctx: Deps<"db">,
  caller: Caller,
  { finder, past = false, cursor, limit }: ListDatasets,
): Promise<Page<DatasetView>> {
  assertMay(caller, "dataset.read");
  const before = cursor ? Number(decodeCursor(cursor, ["number"])[0]) : undefined;
  const usedBy = onlyOf(caller, "dataset.read");
  const filter = { finder, past, usedBy, before, limit: limit + 1 };
  const rows = await datasetRows(ctx.db.query, filter);
  return pageOf(rows, limit, toView, (row) => row.id);
}

export async function readDataset(
  ctx: Deps<"db">,
  id: string | number,
  caller: Caller,
): Promise<DatasetView> {
  return toView(await rowOf(ctx, id, caller, "dataset.read"));
}

/** In the order in which they were found. */
export async function listDatasetFiles(
  ctx: Deps<"db">,
  id: string | number,
  caller: Caller,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<DatasetFileView>> {
  const dataset = await rowOf(ctx, id, caller, "dataset.read");
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
 * Marks a dataset as stale: the next request that names it looks it up again. Requests that use it
 * keep it. A running lookup of this service ends, unless requests of others wait for it. `removed`
 * is false if it was already stale.
 */
export async function removeDataset(
  ctx: Deps<"db" | "ledger" | "notifier">,
  id: string | number,
  caller: Caller,
): Promise<{ removed: boolean; dataset: DatasetView }> {
  const { id: number } = await rowOf(ctx, id, caller, "dataset.delete");
  const removed = await ctx.db.tx(async (query) => {
    if (!(await moveDataset(query, number, "remove"))) return false;
    await noteAdmin(query, caller, { act: "dataset.delete", subject: String(number) });
    return true;
  });
  await endLookup(ctx, number, caller);
  return { removed, dataset: await readDataset(ctx, number, caller) };
}

async function endLookup(
  ctx: Deps<"db" | "ledger" | "notifier">,
  id: number,
  caller: Caller,
): Promise<void> {
  const lookup = await lookupOf(ctx.db.query, id);
  if (!lookup?.open || lookup.external) return;
  const mayEndOthers = decide(caller, "dataset.delete", "foreign") === "allowed";
  if (!mayEndOthers && (await isAwaitedByOthers(ctx.db.query, id, ownerOf(caller) ?? ""))) return;
  await closeDataset(ctx, id, {
    outcome: "internal_failure",
    reason: "The lookup was ended: its dataset was deleted.",
  });
  ctx.notifier.notify("lookup");
}

/** A dataset that no request of the caller uses is "not found", unless the caller may see all. */
async function rowOf(
  ctx: Deps<"db">,
  id: string | number,
  caller: Caller,
  action: Action,
): Promise<DatasetRow> {
  assertMay(caller, action);
  const known = /^[1-9]\d{0,14}$/.test(String(id));
  const row = known ? await datasetRow(ctx.db.query, Number(id)) : undefined;
  if (!row || !(await mayOnDataset(ctx, caller, action, row)))
    throw notFound("dataset", String(id));
  return row;
}

async function mayOnDataset(
  ctx: Deps<"db">,
  caller: Caller,
  action: Action,
  { id }: DatasetRow,
): Promise<boolean> {
  if (decide(caller, action, "foreign") === "allowed") return true;
  const owner = ownerOf(caller);
  return owner !== undefined && (await isUsedBy(ctx.db.query, id, owner));
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
