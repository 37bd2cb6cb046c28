import { type FileState, fileStates } from "./state.ts";

export interface StepCounters {
  /**
   * the CTE of moved files: request_id, step, state (null where it enters), to_step and to_state of
   * each
   */
  moved: string;
  /** the states that the moves leave and enter; the other counters are not touched */
  states: readonly FileState[];
  /** another column to set, as an assignment */
  also?: string;
  /**
   * a file may change its step: what it left counts it as passed, what it goes back over does not
   */
  changesStep?: boolean;
}

/**
 * The CTEs `deltas`, `locked_steps` and `counters`: each file is counted in exactly one (step,
 * state), so a counter changes by the rows that really moved. The rows of `request_steps` are
 * locked in one order (request, step): two statements over the same steps never wait for each other
 * crosswise.
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
    UNION ALL SELECT request_id, to_step, to_state, 1 FROM ${moved}${changesStep ? passed(moved) : ""}
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

/** A file that goes back has passed none of the steps from the one it goes to. */
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
