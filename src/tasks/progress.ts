import type { SettledFile, TaskProgress } from "../agent/contract.ts";
import type { Caller } from "../auth/caller.ts";
import type { Query } from "../db/client.ts";
import type { Deps } from "../deps.ts";
import { readableText } from "../requests/reports/sanitize.ts";
import { operationOf } from "./allowed.ts";
import { forgetFiles } from "./file-store.ts";
import { type SettleDeps, type Settled, settle } from "./settle.ts";
import { endTurn, lockTask, renewTask } from "./task-store.ts";

export type LeaseAnswer = "kept" | "ended" | "lost";

const longestNote = 1000;
const longestBackOffSeconds = 300;

/**
 * Records the progress of a task. Outcomes of files count from any agent, since the file's row
 * guards them; everything else counts only while this agent has the lease of the task.
 */
export async function recordProgress(
  ctx: SettleDeps & Deps<"clock">,
  caller: Caller,
  agent: string,
  id: string,
  progress: TaskProgress,
): Promise<LeaseAnswer> {
  const operation = await operationOf(ctx.db.query, caller, id);
  await settle(ctx, { id, operation }, progress.settled.filter(isOutcome));
  for (const [status, state] of ended) {
    const files = progress.settled.filter((file) => file.status === status);
    if (files.length > 0) await forgetFiles(ctx.ledger.query, id, state, files);
  }
  const lease = await ctx.ledger.tx((query) => recordTurn(ctx, query, agent, id, progress));
  if (lease === "ended") {
    ctx.notifier.notify("tasks");
    ctx.notifier.notify("gather");
  }
  return lease;
}

async function recordTurn(
  ctx: Deps<"clock" | "config">,
  query: Query,
  agent: string,
  id: string,
  progress: TaskProgress,
): Promise<LeaseAnswer> {
  const { error, externalRef = null, againInSeconds, settled, turn: ofTurn } = progress;
  const task = await lockTask(query, id);
  if (task?.leasedBy !== agent || (ofTurn ?? task.turn) !== task.turn) return "lost";
  if (againInSeconds === undefined && error === undefined) {
    await renewTask(query, id, ctx.config.leaseSeconds);
    return "kept";
  }
  const failures = error === undefined ? 0 : task.failures + 1;
  const turn = {
    started: error === undefined && !settled.some(isEnded),
    externalRef,
    note: noteOf(progress),
    failures,
    againInSeconds: failures > 0 ? backOff(failures) : (againInSeconds ?? 0),
  };
  await endTurn(query, id, turn, ctx.clock.offsetSeconds());
  return "ended";
}

const ended = [
  ["aborted", "abort"],
  ["released", "release"],
] as const;

function isEnded({ status }: SettledFile): boolean {
  return status === "aborted" || status === "released";
}

function isOutcome(file: SettledFile): file is Settled {
  return !isEnded(file);
}

function noteOf({ note, error }: TaskProgress): string | null {
  const text = error === undefined ? note : `The last try failed: ${error}`;
  return text === undefined ? null : readableText(text).slice(0, longestNote);
}

function backOff(failures: number): number {
  return Math.min(2 ** failures, longestBackOffSeconds);
}
