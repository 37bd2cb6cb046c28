import type { Query } from "../../db/client.ts";
import { fileMoveSql, type MoveCase } from "../file-move.ts";
import { isWithheldFrom } from "../given-back.ts";
import { acceptsWork, fileMoves } from "../state.ts";
import type { AddressRoom } from "./answer-room.ts";
import { fittingCtes } from "./fitting-store.ts";
import { permittedCtes } from "./within-limits-store.ts";

export interface WorkKey {
  request: string;
  file: number;
  step: number;
  attempt: number;
}

export interface ClaimedRow extends WorkKey {
  operation: string;
  settings: Record<string, unknown>;
  paths: string[];
  /** where an earlier step put the file, if no step made objects since */
  location: string | null;
  inputs: string[];
  /** the secrets of `paths` and `location`, encrypted */
  sealed: Buffer | null;
  location_sealed: Buffer | null;
  /** it runs by itself, since a worker died that had it */
  alone: boolean;
}

/** A file to start, its worker and the worker's claim. `waiter` is returned with the row. */
export interface StartKey extends WorkKey {
  worker: string;
  claimId?: string | undefined;
  waiter: number;
}

export interface StartedRow extends ClaimedRow {
  waiter: number;
  /** about so many bytes of an answer are its addresses */
  bytes: number;
}

/** Settings are read once for each step: all its tasks share them. */
type ReadRow = Omit<StartedRow, "settings"> & { settings: Record<string, unknown> | null };

/** A process of an earlier version may have published a withheld file: the start refuses it. */
const queuedStart: MoveCase = {
  move: "start",
  when: "NOT is_withheld",
  history: [{ status: "start", worker: "moved.claimed_by", isDispatch: true }],
};

const nextAttempt = "moved.attempt + 1";
/** Without a message: it would reach any worker. */
const withheldStart: MoveCase = {
  move: "reassign",
  when: "withheld AND NOT is_withheld",
  set: { attempt: nextAttempt, not_before: "NULL" },
  history: [
    { status: "start", attempt: nextAttempt, worker: "moved.claimed_by", isDispatch: true },
  ],
};

/**
 * The request's row is locked for share: an earlier cancel is visible here, and a later one waits.
 * Only files still queued in the same attempt start, so a message delivered twice starts nothing.
 * Candidates are found by key alone: with the state in the join, the planner takes the index of
 * open files and reads all of them for each file (a claim of 1,000 of 20,000 files: 270 ms instead
 * of 53).
 */
function startSql(claimed: { ctes: string[]; from: string }, move: MoveCase = queuedStart): string {
  const openRequests = `open_requests AS MATERIALIZED (
  SELECT r.id, r.created_on, r.round, r.workers FROM requests r
  WHERE r.id = ANY($8::uuid[]) AND ${acceptsWork("r")} ORDER BY r.id FOR SHARE
)`;
  return fileMoveSql({
    before: [openRequests, ...claimed.ctes].join(", "),
    candidates: {
      columns: `claimed.step AS claimed_step, claimed.attempt AS claimed_attempt,
    claimed.worker AS claimed_by, claimed.claim_id AS claimed_as, claimed.waiter, claimed.bytes,
    f.location, f.alone, f.withheld, ${isWithheldFrom("f", "claimed.worker")} AS is_withheld`,
      from: `${claimed.from}
  JOIN open_requests r ON r.id = claimed.request_id
  JOIN request_files f ON f.request_id = claimed.request_id AND f.file_id = claimed.file_id`,
    },
    guard: "step = claimed_step AND attempt = claimed_attempt",
    moves: [move],
    set: {
      worker: "moved.claimed_by",
      claim_id: "moved.claimed_as",
      lease_until: "now() + make_interval(secs => $6)",
    },
    after: operationsOfMoved,
    result: startedRows(move.set?.attempt ?? "moved.attempt"),
  });
}

const operationsOfMoved = `operations AS MATERIALIZED (
  SELECT s.request_id, s.step, s.operation, s.settings, moved_steps.first_file
  FROM (SELECT request_id, step, min(file_id) AS first_file
    FROM moved GROUP BY request_id, step) AS moved_steps
  JOIN request_steps s ON s.request_id = moved_steps.request_id AND s.step = moved_steps.step
)`;

/** What a worker needs to know of the files in `moved`. */
function startedRows(attempt: string): string {
  return `SELECT moved.waiter, moved.request_id AS request, moved.file_id AS file, moved.step,
  ${attempt} AS attempt, operations.operation, moved.bytes,
  CASE WHEN moved.file_id = operations.first_file THEN operations.settings END AS settings,
  files.paths, moved.location, moved.alone,
  (SELECT secrets.sealed FROM file_secrets secrets WHERE secrets.file_id = moved.file_id) AS sealed,
  CASE WHEN moved.location IS NOT NULL THEN (
    SELECT secrets.sealed FROM location_secrets secrets
    WHERE secrets.request_id = moved.request_id AND secrets.file_id = moved.file_id
  ) END AS location_sealed,
  CASE WHEN moved.step > 1 THEN ARRAY(
    SELECT results.name FROM results
    WHERE results.request_id = moved.request_id AND results.file_id = moved.file_id
      AND results.step = moved.step - 1 AND results.deleted_at IS NULL
    ORDER BY results.name) ELSE '{}' END AS inputs
FROM moved
JOIN operations ON operations.request_id = moved.request_id AND operations.step = moved.step
JOIN files ON files.id = moved.file_id`;
}

const keys = `unnest($1::uuid[], $2::bigint[], $3::int[], $4::int[], $5::text[], $7::int[],
      $11::uuid[])
    WITH ORDINALITY
      AS keys(request_id, file_id, step, attempt, worker, waiter, claim_id, position)`;
const fitting = fittingCtes(keys, "($9::bigint[])", "$10::bigint");

const permitted = {
  ctes: [...fitting, ...permittedCtes("fitting AS keys")],
  from: "permitted AS claimed",
};
const startAllSql = startSql({ ctes: fitting, from: "fitting AS claimed" });
const startPermittedSql = startSql(permitted);
const startWithheldSql = startSql(permitted, withheldStart);

/** No answer is made of what starts. */
const anySize: AddressRoom = { ofWaiters: [], ofPoll: Number.MAX_SAFE_INTEGER };

/** Starts queued files on their workers, as many as fit the answers. */
export async function startFiles(
  query: Query,
  leaseSeconds: number,
  keys: StartKey[],
  room = anySize,
): Promise<StartedRow[]> {
  return withSettings(
    await query<ReadRow>(startAllSql, parameters(leaseSeconds, keys, room), "start_files"),
  );
}

/**
 * Starts only the files that the limits of operations, users and requests permit. Exact under the
 * lock of shares/lock-store.ts.
 */
export async function startFilesWithinLimits(
  query: Query,
  leaseSeconds: number,
  keys: StartKey[],
  room = anySize,
): Promise<StartedRow[]> {
  const values = parameters(leaseSeconds, keys, room);
  return withSettings(await query<ReadRow>(startPermittedSql, values, "start_permitted"));
}

/** The same for waiting files that are withheld from other workers. */
export async function startWithheldFiles(
  query: Query,
  leaseSeconds: number,
  keys: StartKey[],
  room = anySize,
): Promise<StartedRow[]> {
  const values = parameters(leaseSeconds, keys, room);
  return withSettings(await query<ReadRow>(startWithheldSql, values, "start_withheld"));
}

const repeatSql = `WITH held AS MATERIALIZED (
  SELECT f.request_id, f.file_id
  FROM requests r JOIN request_files f ON f.request_id = r.id
  WHERE ${acceptsWork("r")} AND f.state = '${fileMoves.start.to}'
    AND f.worker = $1 AND f.claim_id = $2
  ORDER BY f.request_id, f.file_id FOR UPDATE OF f
), moved AS MATERIALIZED (
  UPDATE request_files f SET lease_until = now() + make_interval(secs => $3)
  FROM held WHERE f.request_id = held.request_id AND f.file_id = held.file_id
  RETURNING f.request_id, f.file_id, f.step, f.attempt, f.location, f.alone,
    0 AS waiter, 0 AS bytes
), ${operationsOfMoved}
${startedRows("moved.attempt")}`;

/** The files that a claim whose answer was lost has started, with new leases. */
export async function startedByClaim(
  query: Query,
  worker: string,
  claimId: string,
  leaseSeconds: number,
): Promise<StartedRow[]> {
  const values = [worker, claimId, leaseSeconds];
  return withSettings(await query<ReadRow>(repeatSql, values, "started_by_claim"));
}

function withSettings(rows: ReadRow[]): StartedRow[] {
  const settingsOf = new Map<string, Record<string, unknown>>();
  for (const { request, step, settings } of rows)
    if (settings) settingsOf.set(`${request}.${step}`, settings);
  return rows.map((row) => ({
    ...row,
    settings: settingsOf.get(`${row.request}.${row.step}`) ?? {},
  }));
}

function parameters(leaseSeconds: number, keys: StartKey[], room: AddressRoom): unknown[] {
  return [
    keys.map((key) => key.request),
    keys.map((key) => key.file),
    keys.map((key) => key.step),
    keys.map((key) => key.attempt),
    keys.map((key) => key.worker),
    leaseSeconds,
    keys.map((key) => key.waiter),
    [...new Set(keys.map((key) => key.request))],
    room.ofWaiters,
    room.ofPoll,
    keys.map((key) => key.claimId ?? null),
  ];
}

/**
 * The files among these that can still be started by a message. A withheld one goes back to
 * waiting without it.
 */
export function stillQueued(
  query: Query,
  keys: WorkKey[],
): Promise<(WorkKey & { operation: string })[]> {
  return query(
    `SELECT f.request_id AS request, f.file_id AS file, f.step, f.attempt, s.operation
     FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::int[])
       AS keys(request_id, file_id, step, attempt)
     JOIN request_files f ON f.request_id = keys.request_id AND f.file_id = keys.file_id
     JOIN request_steps s ON s.request_id = f.request_id AND s.step = f.step
     WHERE f.step = keys.step AND f.attempt = keys.attempt
       AND f.state = '${fileMoves.queue.to}' AND NOT f.withheld`,
    [
      keys.map((key) => key.request),
      keys.map((key) => key.file),
      keys.map((key) => key.step),
      keys.map((key) => key.attempt),
    ],
    "still_queued",
  );
}
