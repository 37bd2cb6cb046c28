import type { Caller } from "../auth/caller.ts";
import { RequestError } from "../errors.ts";

/**
 * Throws a 403 where the caller's token does not name one of these operations, or is of one
 * request.
 */
export function allowedOperations(caller: Caller, operations: string[]): string[] {
  if (caller.kind !== "worker") return operations;
  const { scope } = caller;
  const denied = operations.find((name) => !(scope.operations?.includes(name) ?? true));
  if (denied === undefined && scope.request === undefined) return operations;
  const why =
    denied === undefined
      ? "The token is of one request; tasks have files of several."
      : `The token does not name the operation ${JSON.stringify(denied)}.`;
  throw new RequestError(403, "forbidden", why);
}
