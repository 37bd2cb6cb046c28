// What a worker's token allows. Claims, heartbeats and reports all check it here.
import { RequestError } from "../errors.ts";
import type { Caller } from "./caller.ts";

export interface WantedWork {
  operations: string[];
  request?: string | undefined;
}

/**
 * Checks what a claim asks for: throws 403 unless the token allows all of it. What the claim leaves
 * open is filled in from the token.
 */
export function claimable(
  caller: Caller,
  wanted: { operations?: string[] | undefined; request?: string | undefined },
  offered: string[],
): WantedWork {
  if (caller.kind !== "worker")
    return { operations: wanted.operations ?? offered, request: wanted.request };
  const { operations, request } = caller.scope;
  const foreign = wanted.operations?.find((name) => operations && !operations.includes(name));
  if (foreign !== undefined)
    throw outside(`The worker's token does not allow the operation ${JSON.stringify(foreign)}.`);
  if (
    request !== undefined &&
    wanted.request !== undefined &&
    wanted.request.toLowerCase() !== request
  )
    throw outside("The worker's token does not allow work of that request.");
  return {
    operations: wanted.operations ?? (operations ? [...operations] : offered),
    request: request ?? wanted.request,
  };
}

/** `operation` is undefined for a step that does not exist, where nothing can change anyway. */
export function allowsWork(
  caller: Caller,
  { request, operation }: { request: string; operation: string | undefined },
): boolean {
  if (caller.kind !== "worker") return true;
  const { operations, request: only } = caller.scope;
  if (only !== undefined && only !== request.toLowerCase()) return false;
  return operations === undefined || operation === undefined || operations.includes(operation);
}

function outside(sentence: string): RequestError {
  return new RequestError(403, "outside_scope", sentence);
}
