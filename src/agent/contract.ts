// What an agent needs of the service: in the scheduler's own process, or over HTTP from another
// host.
import type { FileKey, FileOutcome, TaskFile } from "../operations/contract.ts";

export const taskActions = ["start", "poll", "abort", "release"] as const;
export type TaskAction = (typeof taskActions)[number];

/** A task that is due, leased to this agent, and what is to be done about it. */
export interface ClaimedTask {
  task: string;
  operation: string;
  group: string;
  externalRef: string | null;
  action: TaskAction;
  /** how often the task was leased; a service of an earlier version does not say */
  turn?: number | undefined;
  lease_seconds: number;
}

export interface TaskClaim {
  operations: string[];
  max: number;
  waitSeconds: number;
}

/** What became of a file: the operation's outcome, or that it is aborted or released as asked. */
export type SettledFile = FileKey & (FileOutcome | { status: "aborted" | "released" });

/**
 * How a task stands. With `againInSeconds` or `error` the agent's turn ends; without them the lease
 * is renewed.
 */
export interface TaskProgress {
  settled: SettledFile[];
  /** of the claim: it ends or renews no other turn */
  turn?: number | undefined;
  externalRef?: string | undefined;
  againInSeconds?: number | undefined;
  note?: string | undefined;
  /** why the call failed: tried again later, a little later each time */
  error?: string | undefined;
}

export interface TaskApi {
  claim(claim: TaskClaim, signal: AbortSignal): Promise<ClaimedTask[]>;
  /** Files that are open in the task, or that are to be aborted or released. */
  files(task: string, state: "open" | "abort" | "release"): Promise<TaskFile[]>;
  /** Resolves false where the task is no longer this agent's. */
  progress(task: string, progress: TaskProgress): Promise<boolean>;
}
