// The one guarded write of a file's state, as SQL: lock, guard, counters, file rows, history, error
// groups.
import { type FileMove, type FileState, fileMoves, type HistoryStatus, sqlList } from "./state.ts";
import { stepCounters } from "./step-counters.ts";

/** Columns of `request_files` that a statement sets, each to an expression over `moved`. */
export type FileColumn =
  | "attempt"
  | "tries"
  | "alone"
  | "task"
  | "worker"
  | "claim_id"
  | "lease_until"
  | "not_before"
  | "location"
  | "task_group"
  | "held_step"
  | "went_back"
  | "error_group"
  | "given_back_by"
  | "given_back_at"
  | "withheld";
type Settings = Partial<Record<FileColumn, string>>;

/**
 * The files that may move. Their rows are locked here, ordered by (request, file) unless `orderBy`
 * is set.
 */
export interface Candidates {
  /** more columns to carry to `moved`, e.g. `p.retry_attempts` */
  columns?: string;
  /** contains `request_files f`, and `requests r` if a move writes history */
  from: string;
  where?: string;
  orderBy?: string;
  limit?: string;
  /** skip files locked by another statement instead of waiting for them */
  skipLocked?: boolean;
}

/**
 * A row of `file_status`. Its step is the file's before the move; so are attempt and worker by
 * default.
 */
export interface HistoryRow {
  status: HistoryStatus;
  attempt?: string;
  worker?: string;
  info?: string;
  /** the row records that the file is given to a worker */
  isDispatch?: boolean;
}

/**
 * A move from the table, for the candidates that fulfil `when` and are in a state that the move
 * leaves.
 */
export interface MoveCase {
  move: Exclude<FileMove, "register">;
  /** over `candidates`; without it, all that no earlier case took */
  when?: string;
  /** the step that the file is in afterwards, over `decided` */
  toStep?: string;
  set?: Settings;
  history?: HistoryRow[];
  /** expressions over `moved`; the file points to this group afterwards */
  errorGroup?: { fingerprint: string; class: string; message: string };
}

export interface FileMoveStatement {
  /** CTEs that the candidates read */
  before?: string;
  candidates: Candidates;
  /** another condition on a locked row, over `candidates` */
  guard?: string;
  /** the first that matches decides */
  moves: MoveCase[];
  /** for all moves; the `set` of a case takes precedence */
  set?: Settings;
  /** CTEs after the writes, for the result */
  after?: string;
  result: string;
}

/**
 * One statement that moves files. Rows are locked before their state is checked, so a file that
 * another statement moved meanwhile stays as it is. Counters change by the files that moved.
 * `moved` has each file once, with `move`, `to_state`, `to_step` and the old columns of its row.
 *
 * All transactions lock in one order: file rows by (request, file), then counters by (request,
 * step). Postgres documents the order in which the writes of one statement run as unpredictable.
 * Version 18 was observed to run the last one first, so `counters`, the row that all statements of
 * a request contend for, is written first here. That shortens the lock; nothing else depends on it.
 */
export function fileMoveSql(statement: FileMoveStatement): string {
  const { before, candidates, guard, moves, after, result } = statement;
  const changesStep = moves.some(({ toStep }) => toStep !== undefined);
  const ctes = [
    ...(before ? [before] : []),
    `candidates AS MATERIALIZED (\n${lockedFiles(candidates, moves)}\n)`,
    `decided AS (
  SELECT candidates.*, CASE ${moves.map(whenThen).join(" ")} END AS move
  FROM candidates${guard ? ` WHERE ${guard}` : ""}
)`,
    `moved AS MATERIALIZED (
  SELECT DISTINCT ON (request_id, file_id) decided.*,
    ${byMove(moves, ({ move }) => `'${fileMoves[move].to}'`)} AS to_state,
    ${byMove(moves, ({ toStep }) => toStep ?? "step")} AS to_step
  FROM decided WHERE move IS NOT NULL ORDER BY request_id, file_id
)`,
    stepCounters({
      moved: "moved",
      states: statesOf(moves),
      changesStep,
      ...(moves.every(isStart) ? { also: "served_at = clock_timestamp()" } : {}),
    }),
    fileUpdate(statement, changesStep),
    ...history(moves),
    ...errorGroups(moves),
    ...(after ? [after] : []),
  ];
  return `WITH ${ctes.join(", ")}\n${result}`;
}

/** Starts set `served_at`: users and requests unserved longest go first (shares/line-store.ts). */
function isStart({ move }: MoveCase): boolean {
  return fileMoves[move].to === "running";
}

function lockedFiles(candidates: Candidates, moves: MoveCase[]): string {
  const { columns, from, where, limit, skipLocked } = candidates;
  const orderBy = candidates.orderBy ?? "ORDER BY f.request_id, f.file_id";
  const ofRequest = moves.some((move) => move.history) ? ", r.created_on, r.round" : "";
  const more = columns ? `,\n    ${columns}` : "";
  return `  SELECT f.request_id, f.file_id, f.step, f.attempt, f.tries, f.state,
    f.worker${ofRequest}${more}
  FROM ${from}${where ? `\n  WHERE ${where}` : ""}
  ${orderBy}${limit ? ` LIMIT ${limit}` : ""} FOR UPDATE OF f${skipLocked ? " SKIP LOCKED" : ""}`;
}

function whenThen({ move, when }: MoveCase): string {
  const inState = `candidates.state IN (${sqlList(fileMoves[move].from)})`;
  return `WHEN ${inState}${when ? ` AND (${when})` : ""} THEN '${move}'`;
}

function fileUpdate({ moves, set = {} }: FileMoveStatement, changesStep: boolean): string {
  const settings = moves.map((move) => ({ move: move.move, set: settingsOf(move, set) }));
  const columns = [...new Set(settings.flatMap((move) => Object.keys(move.set)))] as FileColumn[];
  const assignments = columns.map(
    (column) => `${column} = ${byMove(settings, (move) => move.set[column] ?? `f.${column}`)}`,
  );
  if (changesStep) assignments.unshift("step = moved.to_step");
  return `file_rows AS (
  UPDATE request_files f SET state = moved.to_state, updated_at = now()${assignments
    .map((assignment) => `,\n    ${assignment}`)
    .join("")}
  FROM moved WHERE f.request_id = moved.request_id AND f.file_id = moved.file_id
)`;
}

function settingsOf({ set, errorGroup }: MoveCase, forAll: Settings): Settings {
  return {
    ...forAll,
    ...set,
    ...(errorGroup ? { error_group: errorGroup.fingerprint } : {}),
  };
}

function history(moves: MoveCase[]): string[] {
  const rows = moves.flatMap((move) =>
    (move.history ?? []).map(
      ({ status, attempt, worker, info, isDispatch }) =>
        `  SELECT moved.created_on, moved.request_id, moved.file_id, moved.step,
    ${attempt ?? "moved.attempt"}, '${status}', clock_timestamp(),
    ${isDispatch ? "clock_timestamp()" : "NULL::timestamptz"}, moved.round,
    ${worker ?? "moved.worker"}, ${info ?? "NULL"}
  FROM moved WHERE moved.move = '${move.move}'`,
    ),
  );
  if (!rows.length) return [];
  return [
    `history AS (
  INSERT INTO file_status (request_created, request_id, file_id, step, attempt, status, timestamp,
    handed_out_at, round, pod_name, info)
${rows.join("\n  UNION ALL\n")}
  ON CONFLICT DO NOTHING
)`,
  ];
}

function errorGroups(moves: MoveCase[]): string[] {
  const rows = moves.flatMap(({ move, errorGroup }) =>
    errorGroup
      ? [
          `SELECT moved.request_id, ${errorGroup.fingerprint} AS fingerprint,
      ${errorGroup.class} AS class, ${errorGroup.message} AS message
    FROM moved WHERE moved.move = '${move}'`,
        ]
      : [],
  );
  if (!rows.length) return [];
  return [
    `error_groups AS (
  INSERT INTO error_groups (request_id, fingerprint, class, message)
  SELECT DISTINCT ON (request_id, fingerprint) request_id, fingerprint, class, message
  FROM (
    ${rows.join("\n    UNION ALL ")}
  ) AS groups
  ORDER BY request_id, fingerprint
  ON CONFLICT DO NOTHING
)`,
  ];
}

/** An expression that depends on the move; without CASE if it is the same for all moves. */
function byMove<Case extends { move: FileMove }>(
  cases: Case[],
  expression: (of: Case) => string,
): string {
  const values = new Set(cases.map(expression));
  if (values.size === 1) return [...values].join();
  const whens = cases.map((of) => `WHEN '${of.move}' THEN ${expression(of)}`);
  return `CASE move ${whens.join(" ")} END`;
}

/** The counters that the moves touch. */
function statesOf(moves: MoveCase[]): FileState[] {
  return moves.flatMap(({ move }) => [...fileMoves[move].from, fileMoves[move].to]);
}
