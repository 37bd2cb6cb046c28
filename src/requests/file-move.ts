// The one guarded write of a file's state, as SQL: lock, guard, counters, file rows, history, error
// groups.
import { type FileMove, type FileState, fileMoves, type HistoryStatus, sqlList } from "./state.ts";
import { stepCounters } from "./step-counters.ts";

/** Columns of `request_files` that a statement sets, each to an expression over `moved`. */
export type FileColumn =
  | "attempt"
  | "tries"
  | "task"
  | "worker"
  | "lease_until"
  | "not_before"
  | "location"
  | "task_group"
  | "held_step"
  | "went_back"
  | "error_group";
type Settings = Partial<Record<FileColumn, string>>;

/**
 * The files that may move. Their rows are locked here, in the house's order unless another is
 * named.
 */
export interface Candidates {
  /** columns to carry to `moved` beside those of the file, e.g. `p.retry_attempts` */
  columns?: string;
  /** contains `request_files f`, and `requests r` where a move writes history */
  from: string;
  where?: string;
  orderBy?: string;
  limit?: string;
  /** files locked by another statement are left out instead of waited for */
  skipLocked?: boolean;
}

/**
 * A row of `file_status`: of the step, attempt and worker that the file had, where it says nothing
 * else.
 */
export interface HistoryRow {
  status: HistoryStatus;
  attempt?: string;
  worker?: string;
  info?: string;
  /** the file is given to a worker with this row */
  isDispatch?: boolean;
}

/**
 * A row of the table of moves, for those candidates for which `when` holds and that are in a state
 * it may leave.
 */
export interface MoveCase {
  move: Exclude<FileMove, "register">;
  /** over `candidates`; without it, for all that no earlier case took */
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
  /** what must hold of a locked row beside its state, over `candidates` */
  guard?: string;
  /** the first that fits decides */
  moves: MoveCase[];
  /** for all moves; one of a case comes before it */
  set?: Settings;
  /** CTEs after the writes, for the result */
  after?: string;
  result: string;
}

/**
 * One statement that moves files. The rows are locked first and judged afterwards, so a file that
 * another statement moved meanwhile stays as it is; counters grow by the files that moved; `moved`
 * has each file once, with `move`, `to_state`, `to_step` and the columns of the row as they were.
 *
 * All transactions lock in one order: file rows by (request, file), then counters by (request,
 * step). Postgres documents the order in which the writes of one statement run as unpredictable. On
 * version 18 it was seen to be from the last to the first, so `counters`, on whose row all
 * statements of a request meet, is written first here: that shortens the lock, and nothing else
 * depends on it.
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

/** Whose turn is next goes by when a file of theirs was last started (shares/line-store.ts). */
function isStart({ move }: MoveCase): boolean {
  return fileMoves[move].to === "running";
}

function lockedFiles(candidates: Candidates, moves: MoveCase[]): string {
  const { columns, from, where, limit, skipLocked } = candidates;
  const orderBy = candidates.orderBy ?? "ORDER BY f.request_id, f.file_id";
  const ofRequest = moves.some((move) => move.history) ? ", r.created_on, r.round" : "";
  return `  SELECT f.request_id, f.file_id, f.step, f.attempt, f.tries, f.state, f.worker${ofRequest}${columns ? `,\n    ${columns}` : ""}
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
    ${isDispatch ? "clock_timestamp()" : "NULL::timestamptz"}, moved.round, ${worker ?? "moved.worker"}, ${info ?? "NULL"}
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

/** An expression that depends on the move; plain where it is the same for all of them. */
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
