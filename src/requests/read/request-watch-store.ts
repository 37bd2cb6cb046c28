import type { Query } from "../../db/client.ts";
import { counterStates } from "./visible-state.ts";

export interface VisibleStateRow {
  id: string;
  /** as `visibleState` writes it */
  visible: string;
}

const sums = counterStates.map((state) => `sum(steps.${state})`).join(", ");

/** Of those that still exist. */
export function visibleStates(query: Query, ids: readonly string[]): Promise<VisibleStateRow[]> {
  return query<VisibleStateRow>(
    `SELECT requests.id, concat_ws('.', requests.round, requests.state, ${sums}) AS visible
     FROM requests JOIN request_steps AS steps ON steps.request_id = requests.id
     WHERE requests.id = ANY($1) GROUP BY requests.id`,
    [ids],
    "visible_states",
  );
}
