import { fileSql, openFileStates, sqlList } from "./state.ts";

/**
 * Condition for files `f` that wait in a step. With `inIndexOrder`, ranges instead of equalities
 * make the planner use the index of open files; otherwise it walks all files of the request by id,
 * past those that are done.
 */
export function waitingIn(step: string): string {
  return `f.state IN (${sqlList(openFileStates)})
    AND f.state >= ${fileSql.waiting} AND f.state <= ${fileSql.waiting}
    AND f.step >= ${step} AND f.step <= ${step}`;
}

export const inIndexOrder = "ORDER BY f.state, f.step, f.file_id";
