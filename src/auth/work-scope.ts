// What a worker's token allows, asked by claims, heartbeats and reports alike.
import { RequestError } from "../errors.ts";
import type { Caller } from "./caller.ts";

export interface WantedWork {
  operations: string[];
  request?: string | undefined;
}

/**
 * What a claim may take of what it asks for: all of it, or 403. What it leaves open, the token
 * decides.
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

/** `operation` is undefined for a step that does not exist: nothing of it can be changed anyway. */
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
