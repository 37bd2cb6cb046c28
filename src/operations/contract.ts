// What an operation is. A worker operation is performed file by file in a worker; of a service
// operation an outside service does the work, in batches, while no process here waits for it.
import type { ServiceOperation } from "./service-contract.ts";
import type { WorkerOperation } from "./worker-contract.ts";

export type * from "./common-contract.ts";
export type * from "./preview-contract.ts";
export type * from "./service-contract.ts";
export type * from "./worker-contract.ts";

export type Operation = WorkerOperation | ServiceOperation;

/** Nothing can be written: files that are given back so are never withheld from a worker. */
export const storageClasses = ["disk", "store"] as const;

/**
 * The class of a file that is given back before it has begun, since another of its claim took long.
 * It says nothing about file or worker, so it counts for nothing.
 */
export const notStartedClass = "not_started";

/** The worker's settings, user or machine keep it from the input: another worker may have it. */
export const noAccessClass = "no_access";

/** What the step before brought is no longer on disk: the file waits in that step again. */
export const notOnDiskClass = "not_on_disk";

/** A program that the operation needs cannot be started on the worker's machine. */
export const noProgramClass = "no_program";

export function isStorageClass(name: string): boolean {
  return storageClasses.some((known) => known === name);
}

/** Error classes that every operation may use; an operation adds its own. */
export const errorClasses = [
  "bad_input",
  "not_found",
  "forbidden",
  "unavailable",
  "timeout",
  "memory",
  "too_large",
  "internal",
  "given_back",
  noAccessClass,
  noProgramClass,
  notOnDiskClass,
  ...storageClasses,
] as const;
