import type { Query } from "../../db/client.ts";
import { fileMoveSql } from "../file-move.ts";
import { goBackMoves, timesBack } from "../go-back-move.ts";
import type { ReportRow } from "./report-row.ts";

/** The hold of the task stays as it is: it is released by the next one, or when the file ends. */
const goBackSql = fileMoveSql({
  candidates: {
    columns: `given.ord, given.step AS given_step, given.attempt AS given_attempt,
    given.worker AS given_worker, given.fingerprint, given.class, given.group_message, given.info,
    ${timesBack} AS times_back`,
    from: `unnest($1::int[], $2::uuid[], $3::bigint[], $4::int[], $5::int[], $6::text[], $7::text[],
      $8::text[], $9::text[], $10::text[])
    AS given(ord, request_id, file_id, step, attempt, worker, fingerprint, class, group_message,
      info)
  JOIN requests r ON r.id = given.request_id
  JOIN request_files f ON f.request_id = given.request_id AND f.file_id = given.file_id
  JOIN request_steps before ON before.request_id = f.request_id AND before.step = f.step - 1
    AND before.operation = ANY($11::text[])`,
  },
  guard: "step = given_step AND attempt = given_attempt",
  moves: goBackMoves({
    failsWhen: "times_back >= $12",
    worker: "moved.given_worker",
    set: { location: "NULL" },
  }),
  set: { lease_until: "NULL", task_group: "NULL" },
  result: "SELECT ord FROM moved",
});

/**
 * Moves the files of these reports to the step before, if that is one of `operations`; those that
 * went back `mostTimes` fail. Returns the indexes of the reports that moved a file.
 */
export async function goBack(
  query: Query,
  rows: readonly ReportRow[],
  operations: readonly string[],
  mostTimes: number,
): Promise<number[]> {
  const moved = await query<{ ord: number }>(
    goBackSql,
    [
      [...rows.keys()],
      rows.map(({ request }) => request),
      rows.map(({ file }) => file),
      rows.map(({ step }) => step),
      rows.map(({ attempt }) => attempt),
      rows.map(({ worker }) => worker),
      rows.map(({ fingerprint }) => fingerprint ?? ""),
      rows.map((row) => row.class ?? ""),
      rows.map(({ groupMessage }) => groupMessage ?? ""),
      rows.map(({ info }) => info ?? ""),
      operations,
      mostTimes,
    ],
    "go_back_by_report",
  );
  return moved.map(({ ord }) => ord);
}
