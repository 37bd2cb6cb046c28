import { diskProblem } from "../disk-problem.ts";
import { isStorageClass, type TaskError } from "../operations/contract.ts";
import { StoreError } from "./upload-error.ts";

/**
 * An error of the store or of a disk, and not of the operation. `scratch` is the worker's folder
 * for temporary files.
 */
export function deviceErrorOf(error: unknown, scratch: string): TaskError | undefined {
  if (error instanceof StoreError) return { class: "store", message: error.message };
  const problem = diskProblem(error);
  if (!problem) return undefined;
  if (problem.isFull || isOfWriting(error as NodeJS.ErrnoException, scratch))
    return {
      class: "disk",
      message: `The worker cannot write its temporary files: ${problem.words}.`,
    };
  // Of an input, which may be on another disk.
  return { class: "unavailable", message: `The input could not be read: ${problem.words}.` };
}

/** System calls whose errors come without a path, and that are made of temporary files alone. */
const writingCalls = ["write", "fsync", "fdatasync", "ftruncate", "fchmod"];

function isOfWriting({ syscall = "", path = "" }: NodeJS.ErrnoException, scratch: string): boolean {
  return writingCalls.includes(syscall) || path === scratch || path.startsWith(`${scratch}/`);
}

/** Nothing can be written; the file is given back. Operations use these classes too. */
export function isStorageError(error: TaskError): boolean {
  return isStorageClass(error.class);
}
