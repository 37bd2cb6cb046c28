import { fileSql, openFileStates, sqlList } from "./state.ts";

/**
 * Files `f` that wait in a step, in the order of the index of open files: ranges instead of
 * equalities, together with the order, keep the planner from walking all files of the request by
 * their ids past those that are done.
 */
export function waitingIn(step: string): string {
  return `f.state IN (${sqlList(openFileStates)})
    AND f.state >= ${fileSql.waiting} AND f.state <= ${fileSql.waiting}
    AND f.step >= ${step} AND f.step <= ${step}`;
}

export const inIndexOrder = "ORDER BY f.state, f.step, f.file_id";
