import type { Db } from "../../src/db/client.ts";
import { readPage } from "./worker/journal.ts";
import type { Workers } from "./workers.ts";

/** Tries that files lost with their worker, by what had happened to it. */
export interface LostTries {
  /** it took the file and never reported it, on purpose */
  workerSilent: number;
  /** it was killed or frozen */
  workerAway: number;
  /** it never had the answer to its claim */
  claimUnanswered: number;
  /** it did nothing wrong */
  otherFault: number;
}

export async function lostTries(db: Db, workers: Workers): Promise<LostTries> {
  const lost = await db.query<{ line: string; worker: string }>(
    `SELECT concat_ws(' ', request_id, file_id, step, attempt) AS line, pod_name AS worker
     FROM file_status WHERE status = 'lost'`,
  );
  const dropped = new Set(readPage(workers.journals(), "dropped"));
  const claimed = new Set(readPage(workers.journals(), "claimed"));
  const counts = { workerSilent: 0, workerAway: 0, claimUnanswered: 0, otherFault: 0 };
  for (const { line, worker } of lost) {
    if (dropped.has(line)) counts.workerSilent++;
    else if (workers.away().has(worker)) counts.workerAway++;
    else if (claimed.has(line)) counts.otherFault++;
    else counts.claimUnanswered++;
  }
  return counts;
}
