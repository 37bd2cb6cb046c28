import type { Query } from "../../db/client.ts";
import { fileMoveSql, type MoveCase } from "../file-move.ts";
import { notGivenBack } from "../given-back.ts";
import { fileMoves, sqlList } from "../state.ts";

export const settleChunk = 5000;

const cancelSql = settleSql({ move: "cancel", set: { error_group: "NULL" } }, "cancel", "NULL");
const failSql = settleSql(
  {
    move: "fail",
    errorGroup: { fingerprint: "$2::text", class: "$4::text", message: "$3::text" },
  },
  "failure",
  "$3::text",
);

function settleSql(move: MoveCase, status: "cancel" | "failure", info: string): string {
  return fileMoveSql({
    candidates: {
      from: "request_files f JOIN requests r ON r.id = f.request_id",
      where: `f.request_id = $1 AND f.state IN (${sqlList(fileMoves[move.move].from)})`,
      limit: String(settleChunk),
    },
    moves: [{ ...move, history: [{ status, info }] }],
    set: { lease_until: "NULL", not_before: "NULL", ...notGivenBack },
    result: "SELECT count(*) AS n FROM moved",
  });
}

/**
 * Settles up to one chunk of open files as canceled or failed; returns their number. A success
 * recorded before stays.
 */
export async function settleOpenFiles(
  query: Query,
  request: string,
  as:
    | { state: "canceled" }
    | { state: "failed"; class: string; reason: string; fingerprint: string },
): Promise<number> {
  const [row] = await (as.state === "canceled"
    ? query<{ n: number }>(cancelSql, [request])
    : query<{ n: number }>(failSql, [request, as.fingerprint, as.reason, as.class]));
  return row?.n ?? 0;
}
