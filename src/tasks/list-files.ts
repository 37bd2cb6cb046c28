import type { Caller } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import type { TaskFile } from "../operations/contract.ts";
import { barredOfRequests, makeOpenReplicas } from "../requests/dispatch/barring.ts";
import { inputUrls, wholeReplicasOf } from "../requests/dispatch/task.ts";
import { operationOf } from "./allowed.ts";
import { type TaskFileRow, taskFiles } from "./file-store.ts";
import { type TaskFileState, taskFileMoves } from "./state.ts";

export interface FileCursor {
  request: string;
  file: number;
}

export const firstFile: FileCursor = { request: "00000000-0000-0000-0000-000000000000", file: 0 };

/**
 * A page of a task's files in one state, in the order of (request, file). Without replicas that are
 * barred to their owner, unless the task is done with them.
 */
export async function listTaskFiles(
  ctx: ListDeps,
  caller: Caller,
  task: string,
  page: { state: TaskFileState; after: FileCursor; limit: number },
): Promise<TaskFile[]> {
  await operationOf(ctx.db.query, caller, task);
  const rows = await taskFiles(ctx.ledger.query, task, page);
  const isRead = page.state === taskFileMoves.gather.to;
  const requests = isRead ? rows.map(({ request }) => request) : [];
  const openOf = new Map<string, (replicas: string[]) => Promise<string[]>>();
  for (const [request, barred] of await barredOfRequests(ctx, requests))
    openOf.set(request, await makeOpenReplicas(barred));
  const files: TaskFile[] = [];
  for (const row of rows) {
    const all = await taskFile(ctx, row);
    files.push({
      ...all,
      replicas: (await openOf.get(row.request)?.(all.replicas)) ?? all.replicas,
    });
  }
  return files;
}

type ListDeps = Deps<"barred" | "config" | "db" | "ledger" | "store" | "verifyingKeys">;

async function taskFile(ctx: Deps<"store" | "verifyingKeys">, row: TaskFileRow): Promise<TaskFile> {
  const { request, file, step, attempt, settings } = row;
  const inputs = await inputUrls(ctx, request, row.inputs);
  return { request, file, step, attempt, settings, replicas: wholeReplicasOf(ctx, row), inputs };
}
