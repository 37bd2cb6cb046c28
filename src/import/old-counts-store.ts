// How many rows a ServiceX database has, and how many of them refer to nothing.
import { z } from "zod";
import type { OldDatabase } from "./old-database.ts";
import { id, readRows } from "./old-rows.ts";
import { type FileOwner, ofRequest } from "./old-store.ts";

const counted = z.object({ total: id });

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
  const [row] = await readRows(old, counted, `SELECT count(*) AS total FROM ${rows}`, params);
  return row?.total ?? 0;
}
