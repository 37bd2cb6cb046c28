import type { Query } from "../../db/client.ts";
import type { Workload } from "../../runner/contract.ts";
import { sqlList, stoppableStates } from "../state.ts";

/** A step of an open request that containers of others do. */
export interface WantedRun {
  request: string;
  step: number;
  run: string;
  operation: string;
  owner: string;
  /** waiting and with containers */
  files: number;
  /** most workers of the request */
  workers: number | null;
  priority: number;
  /** place among the requests of its owner: the earlier was submitted before */
  number: number;
  share: number;
  /** limits of the operation; null: no limit */
  slots: number | null;
  slotsPerUser: number | null;
}

export function wantedRuns(query: Query): Promise<WantedRun[]> {
  return query<WantedRun>(
    `SELECT steps.request_id AS request, steps.step, workloads.run_id::text AS run,
       steps.operation, steps.owner, steps.waiting + steps.queued + steps.running AS files,
       requests.workers, steps.priority, requests.number,
       coalesce(user_shares.share, 1) AS share, limits.slots,
       limits.slots_per_user AS "slotsPerUser"
     FROM step_workloads workloads
     JOIN request_steps steps
       ON steps.request_id = workloads.request_id AND steps.step = workloads.step
     JOIN requests ON requests.id = steps.request_id
     LEFT JOIN operation_limits limits ON limits.operation = steps.operation
     LEFT JOIN user_shares ON user_shares.owner = steps.owner
     WHERE requests.state IN (${sqlList(stoppableStates)}) AND requests.ending IS NULL
     ORDER BY requests.number, steps.step`,
    [],
    "wanted_runs",
  );
}

export interface RunWorkload {
  run: string;
  image: string;
  language: string;
  command: string;
  format: Workload["format"];
  destination: Workload["destination"];
  files: Record<string, string>;
}

export function workloadsOfRuns(query: Query, runs: string[]): Promise<RunWorkload[]> {
  return query<RunWorkload>(
    `SELECT run_id::text AS run, image, language, command, format, destination, files
     FROM step_workloads WHERE run_id = ANY($1::uuid[])`,
    [runs],
    "workloads_of_runs",
  );
}
