import { createHash } from "node:crypto";

/**
 * The library that files of a Globus task are recalled from, so that tasks are spread over them;
 * undefined without a list: that of each file's first copy. The rule is LTFSEE Globus's.
 */
export function libraryOfTask(libraries: readonly string[], task: string): string | undefined {
  if (libraries.length === 0) return undefined;
  const number = BigInt(`0x${createHash("md5").update(task).digest("hex")}`);
  return libraries[Number(number % BigInt(libraries.length))];
}
