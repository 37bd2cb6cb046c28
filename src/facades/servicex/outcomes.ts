// Files of a request with what became of them, one by one: results as clients poll them, and
// failures beside them.

import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { listFiles } from "../../requests/read/files.ts";
import type { FileView, RequestView } from "../../requests/views.ts";
import { type DeliveredRow, deliveredRows } from "./store.ts";

const pageSize = 500;

/** What can be downloaded, the newest first; memory holds a page. */
export async function* deliveredOf(ctx: Deps<"db">, view: RequestView, laterThan?: string) {
  for (let beforeSeq = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = await deliveredRows(ctx.db.query, view.id, {
      beforeSeq,
      laterThan,
      limit: pageSize,
    });
    for (const row of rows) yield toDelivered(view, row);
    const last = rows.at(-1);
    if (rows.length < pageSize || !last) return;
    beforeSeq = last.seq;
  }
}

function toDelivered(
  view: RequestView,
  { seq, file, path, name, size, details, createdAt, seconds }: DeliveredRow,
) {
  const events = wholeNumber(details?.["total-events"] ?? details?.rows);
  const took = seconds ?? 0;
  return {
    id: seq,
    "request-id": view.id,
    did: view.dataset.name,
    "file-id": file,
    "file-path": path ?? "",
    "s3-object-name": name,
    transform_status: "success",
    transform_time: took,
    "total-events": events,
    "total-bytes": size,
    "avg-rate": took > 0 ? events / took : 0,
    messages: 0,
    created_at: createdAt,
  };
}

function wholeNumber(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? Math.round(value) : 0;
}

/** Results, then failures: one entry a file, under the file's own id. */
export async function* outcomesOf(ctx: Deps<"db">, view: RequestView, caller: Caller) {
  yield* deliveredOf(ctx, view);
  for await (const file of failedFiles(ctx, view.id, caller)) {
    yield {
      id: file.file,
      "request-id": view.id,
      did: view.dataset.name,
      "file-id": file.file,
      "file-path": file.paths[0] ?? "",
      transform_status: "failure",
      transform_time: 0,
      "total-events": 0,
      "total-bytes": 0,
      "avg-rate": 0,
      messages: 0,
      info: file.error?.message ?? "",
    };
  }
}

export async function* failedFiles(
  ctx: Deps<"db">,
  request: string,
  caller: Caller,
): AsyncGenerator<FileView> {
  let cursor: string | undefined;
  do {
    const filter = { state: "failed", cursor, limit: pageSize } as const;
    const page = await listFiles(ctx, request, caller, filter);
    yield* page.items;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}
