import type { Query } from "../../db/client.ts";
import { fileMoveSql, type MoveCase } from "../file-move.ts";
import { notGivenBack } from "../given-back.ts";
import { fileMoves, sqlList } from "../state.ts";

const cancelSql = settleSql({ move: "cancel", set: { error_group: "NULL" } }, "cancel", {
  info: "NULL",
  limit: "$2",
});
const failSql = settleSql(
  {
    move: "fail",
    errorGroup: { fingerprint: "$2::text", class: "$4::text", message: "$3::text" },
  },
  "failure",
  { info: "$3::text", limit: "$5" },
);

function settleSql(
  move: MoveCase,
  status: "cancel" | "failure",
  { info, limit }: { info: string; limit: string },
): string {
  return fileMoveSql({
    candidates: {
      from: "request_files f JOIN requests r ON r.id = f.request_id",
      where: `f.request_id = $1 AND f.state IN (${sqlList(fileMoves[move.move].from)})`,
      limit,
    },
    moves: [{ ...move, history: [{ status, info }] }],
    set: { lease_until: "NULL", not_before: "NULL", ...notGivenBack },
    result: "SELECT count(*) AS n FROM moved",
  });
}

export type SettledAs =
  | { state: "canceled" }
  | { state: "failed"; class: string; reason: string; fingerprint: string };

/**
 * Settles up to `limit` open files as canceled or failed; returns their number. A success
 * recorded before stays.
 */
export async function settleOpenFiles(
  query: Query,
  request: string,
  as: SettledAs,
  limit: number,
): Promise<number> {
  const [row] = await (as.state === "canceled"
    ? query<{ n: number }>(cancelSql, [request, limit])
    : query<{ n: number }>(failSql, [request, as.fingerprint, as.reason, as.class, limit]));
  return row?.n ?? 0;
}
