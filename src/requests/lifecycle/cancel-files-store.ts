import type { Query } from "../../db/client.ts";
import { fileMoveSql } from "../file-move.ts";
import { notGivenBack } from "../given-back.ts";

/** Cancels those of the files that are still open; returns their number. */
export async function cancelOpenFiles(
  query: Query,
  request: string,
  files: number[],
): Promise<number> {
  const [row] = await query<{ n: number }>(cancelSql, [request, files], "cancel_files");
  return row?.n ?? 0;
}

const cancelSql = fileMoveSql({
  candidates: {
    from: "request_files f JOIN requests r ON r.id = f.request_id",
    where: "f.request_id = $1 AND f.file_id = ANY($2::bigint[])",
  },
  moves: [{ move: "cancel", set: { error_group: "NULL" }, history: [{ status: "cancel" }] }],
  set: { lease_until: "NULL", not_before: "NULL", ...notGivenBack },
  result: "SELECT count(*) AS n FROM moved",
});
