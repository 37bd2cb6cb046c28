import { type FileState, fileStates } from "./state.ts";

export interface StepCounters {
  /** CTE of the moved files: request_id, step, state (null for a new file), to_step, to_state */
  moved: string;
  /** the states that the moves leave and enter; the other counters are not touched */
  states: readonly FileState[];
  /** another column to set, as an assignment */
  also?: string;
  /** files may change step: a step counts the files beyond it in `passed` */
  changesStep?: boolean;
}

/**
 * The CTEs `deltas`, `locked_steps` and `counters`. Each file is counted in exactly one (step,
 * state), so a counter changes by the rows that moved. The rows of `request_steps` are locked in
 * one order (request, step), so two statements over the same steps cannot deadlock.
 */
export function stepCounters({ moved, states, also, changesStep = false }: StepCounters): string {
  const touched = fileStates.filter((state) => states.includes(state));
  const columns = changesStep ? [...touched, "passed"] : touched;
  const sums = columns.map(
    (name) => `coalesce(sum(n) FILTER (WHERE counter = '${name}'), 0) AS ${name}`,
  );
  return `deltas AS (
  SELECT request_id, step,
    ${sums.join(",\n    ")}
  FROM (
    SELECT request_id, step, state AS counter, -1 AS n FROM ${moved}
    UNION ALL SELECT request_id, to_step, to_state, 1
      FROM ${moved}${changesStep ? passed(moved) : ""}
  ) AS changes
  GROUP BY request_id, step
), locked_steps AS MATERIALIZED (
  SELECT deltas.* FROM deltas
  JOIN request_steps s ON s.request_id = deltas.request_id AND s.step = deltas.step
  ORDER BY s.request_id, s.step FOR UPDATE OF s
), counters AS (
  UPDATE request_steps s SET
    ${columns.map((name) => `${name} = s.${name} + locked_steps.${name}`).join(",\n    ")},
    ${also ? `${also}, ` : ""}version = s.version + 1
  FROM locked_steps WHERE s.request_id = locked_steps.request_id AND s.step = locked_steps.step
)`;
}

/** A file that goes back to a step no longer counts as passed there or in later steps. */
function passed(moved: string): string {
  return `
    UNION ALL SELECT request_id, s, 'passed', 1
      FROM ${moved}, generate_series(step::int, to_step::int - 1) AS s
    UNION ALL SELECT request_id, s, 'passed', -1
      FROM ${moved}, generate_series(to_step::int, step::int - 1) AS s`;
}

/** The counters of a row as pairs for json_build_object, `passed` among them. */
export function counterPairs(row: string): string {
  return [...fileStates, "passed"].map((name) => `'${name}', ${row}.${name}`).join(", ");
}
