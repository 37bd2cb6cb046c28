import { codeOf } from "./away.ts";

/** Another transaction holds a lock for longer than the connection's `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === "55P03";
}
