import { diskProblem } from "../disk-problem.ts";
import { isStorageClass, type TaskError } from "../operations/contract.ts";
import { StoreError } from "./upload-error.ts";

/** Where a file cannot be finished because nothing can be written: it is given back. */
export function storageErrorOf(error: unknown): TaskError | undefined {
  if (error instanceof StoreError) return { class: "store", message: error.message };
  const problem = diskProblem(error);
  // What cannot be read is an input.
  if (!problem || (error as NodeJS.ErrnoException).syscall === "read") return undefined;
  return {
    class: "disk",
    message: `The worker cannot write its temporary files: ${problem.words}.`,
  };
}

/** An operation's own words for the same. */
export function isStorageError(error: TaskError): boolean {
  return isStorageClass(error.class);
}
