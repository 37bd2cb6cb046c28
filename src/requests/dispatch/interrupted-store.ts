import type { Query } from "../../db/client.ts";
import { fileMoveSql } from "../file-move.ts";
import { notGivenBack } from "../given-back.ts";
import { fileMoves, historySql, sqlList } from "../state.ts";

const filesAtOnce = 5000;
/** So often, the end of the service costs a file no try: restarts are no fault of files. */
const freeInterruptions = 3;
const longestWaitSeconds = 60;

const lostClass = "lost";
const interruption = "the service ended, and the worker with it";
const oftenInterrupted = "the service ended each time this file was processed";
const interruptions = `(SELECT count(*) FROM file_status h
      WHERE h.request_created = r.created_on AND h.request_id = f.request_id
        AND h.file_id = f.file_id AND h.step = f.step AND h.round = r.round
        AND h.status = ${historySql.given_back} AND h.info = '${interruption}')`;

/**
 * Files of workers that were killed with the service. Each runs alone next time, after a random
 * wait, so that a file that exhausts the service's memory is found: only that one is running at
 * every kill, and from the fourth kill on each costs it a try.
 */
const interruptedSql = fileMoveSql({
  candidates: {
    columns: `${interruptions} AS interruptions, coalesce(p.retry_attempts, $3) AS most_tries`,
    from: `request_files f
  JOIN requests r ON r.id = f.request_id
  JOIN request_steps p ON p.request_id = f.request_id AND p.step = f.step`,
    where: `f.request_id = $1 AND f.state IN (${sqlList(fileMoves.lose.from)})
    AND f.worker = ANY($2)`,
    limit: String(filesAtOnce),
  },
  moves: [
    {
      move: "giveBack",
      when: `interruptions < ${freeInterruptions}`,
      history: [{ status: "given_back", info: `'${interruption}'` }],
    },
    {
      move: "lose",
      when: "tries + 1 < most_tries",
      set: { tries: "moved.tries + 1" },
      history: [{ status: "lost", info: `'${oftenInterrupted}'` }],
    },
    {
      move: "fail",
      set: { tries: "moved.tries + 1", not_before: "NULL", ...notGivenBack },
      history: [
        { status: "lost", info: `'${oftenInterrupted}'` },
        { status: "failure", info: `'${oftenInterrupted}'` },
      ],
      errorGroup: {
        fingerprint: "'service-ended'",
        class: `'${lostClass}'`,
        message: `'${oftenInterrupted}'`,
      },
    },
  ],
  set: {
    alone: "true",
    lease_until: "NULL",
    not_before: `now() + make_interval(secs =>
      random() * least(power(2, least(moved.interruptions, 10)), ${longestWaitSeconds}))`,
  },
  result: "SELECT count(*) AS files FROM moved",
});

/** Takes the files of these workers, which ended with an earlier process of the service. */
export async function takeFromInterrupted(
  query: Query,
  request: string,
  { workers, fileAttempts }: { workers: readonly string[]; fileAttempts: number },
): Promise<number> {
  let total = 0;
  for (;;) {
    const [row] = await query<{ files: number }>(interruptedSql, [request, workers, fileAttempts]);
    total += row?.files ?? 0;
    if ((row?.files ?? 0) < filesAtOnce) return total;
  }
}
