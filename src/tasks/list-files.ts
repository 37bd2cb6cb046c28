import type { Caller } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import type { TaskFile } from "../operations/contract.ts";
import { inputUrls, wholeReplicasOf } from "../requests/dispatch/task.ts";
import { operationOf } from "./allowed.ts";
import { type TaskFileRow, taskFiles } from "./file-store.ts";
import type { TaskFileState } from "./state.ts";

export interface FileCursor {
  request: string;
  file: number;
}

export const firstFile: FileCursor = { request: "00000000-0000-0000-0000-000000000000", file: 0 };

/** A page of a task's files in one state, in the order of (request, file). */
export async function listTaskFiles(
  ctx: Deps<"db" | "ledger" | "store" | "verifyingKeys">,
  caller: Caller,
  task: string,
  page: { state: TaskFileState; after: FileCursor; limit: number },
): Promise<TaskFile[]> {
  await operationOf(ctx.db.query, caller, task);
  const rows = await taskFiles(ctx.ledger.query, task, page);
  return Promise.all(rows.map((row) => taskFile(ctx, row)));
}

async function taskFile(ctx: Deps<"store" | "verifyingKeys">, row: TaskFileRow): Promise<TaskFile> {
  const { request, file, step, attempt, settings } = row;
  const inputs = await inputUrls(ctx, request, row.inputs);
  return { request, file, step, attempt, settings, replicas: wholeReplicasOf(ctx, row), inputs };
}
