import type { Caller } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { isBarredLocation } from "../inputs/barred.ts";
import type { TaskBarred, TaskFile } from "../operations/contract.ts";
import { barredOfRequests } from "../requests/dispatch/barring.ts";
import { inputUrls, isBarredFile, wholeReplicasOf } from "../requests/dispatch/task.ts";
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
  ctx: ListDeps,
  caller: Caller,
  task: string,
  page: { state: TaskFileState; after: FileCursor; limit: number },
): Promise<TaskFile[]> {
  await operationOf(ctx.db.query, caller, task);
  const rows = await taskFiles(ctx.ledger.query, task, page);
  const barredOf = await barredOfRequests(
    ctx,
    rows.map(({ request }) => request),
  );
  return Promise.all(rows.map((row) => taskFile(ctx, row, barredOf.get(row.request))));
}

type ListDeps = Deps<"barred" | "config" | "db" | "ledger" | "store" | "verifyingKeys">;

/** An outside service reads with rights of its own: it is not told where barred files are. */
async function taskFile(
  ctx: Deps<"store" | "verifyingKeys">,
  row: TaskFileRow,
  barred: TaskBarred | undefined,
): Promise<TaskFile> {
  const { request, file, step, attempt, settings } = row;
  const inputs = await inputUrls(ctx, request, row.inputs);
  const all = barred && isBarredFile(row, barred) ? [] : wholeReplicasOf(ctx, row);
  const replicas = barred ? all.filter((replica) => !isBarredLocation(replica, barred)) : all;
  return { request, file, step, attempt, settings, replicas, inputs };
}
