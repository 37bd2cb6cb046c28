// What a caller's token allows of tasks. Every use case of an agent checks it here.
import type { Caller } from "../auth/caller.ts";
import type { Query } from "../db/client.ts";
import { notFound, RequestError } from "../errors.ts";
import { assertMay } from "../users/policy.ts";
import { operationOfTask } from "./task-store.ts";

/** Throws a 403 unless the caller may claim tasks of these operations. */
export function assertMayClaim(caller: Caller, operations: readonly string[]): void {
  assertMay(caller, "tasks");
  const why = refusal(caller, operations);
  if (why !== undefined) throw new RequestError(403, "forbidden", why);
}

/** The operation of a task. One whose tasks the caller may not claim has none: "not found". */
export async function operationOf(query: Query, caller: Caller, task: string): Promise<string> {
  assertMay(caller, "tasks");
  const operation = await operationOfTask(query, task);
  if (operation === undefined || refusal(caller, [operation]) !== undefined)
    throw notFound("task", task);
  return operation;
}

function refusal(caller: Caller, operations: readonly string[]): string | undefined {
  if (caller.kind !== "worker") return undefined;
  const { scope } = caller;
  const denied = operations.find((name) => !(scope.operations?.includes(name) ?? true));
  if (denied !== undefined)
    return `The token does not name the operation ${JSON.stringify(denied)}.`;
  return scope.request === undefined
    ? undefined
    : "The token is of one request; tasks have files of several.";
}
