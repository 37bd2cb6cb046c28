import type { Query } from "../db/client.ts";
import { hasWorkload } from "../requests/has-workload.ts";
import { holdersOf } from "../requests/holders.ts";
import { settingsBytes } from "../requests/settings-bytes.ts";
import { acceptsWork } from "../requests/state.ts";
import type { Line, OpenStep, Room, UserLoad } from "./allocate.ts";

export interface LineFilter {
  operations: string[];
  /** only this request's files */
  request?: string | undefined;
  /** how many users to read, and how many steps of each, per operation */
  users: number;
  stepsOfUser: number;
  /** steps to leave out: they had nothing to take, or are locked */
  without: Pick<OpenStep, "request" | "step">[];
}

export interface LineStep extends OpenStep {
  /** bytes of its settings as JSON */
  settingsBytes: number;
  /** most workers that may hold files of the request at once; null: no limit */
  workers: number | null;
  /** the workers that hold its files now, if their number is limited */
  holders: string[];
}

export interface OpenLine extends Line<LineStep> {
  /** operations with a limit */
  limited: Set<string>;
  /** a limit keeps files back */
  isHeldBack: boolean;
  /** there may be more steps than those in `steps` */
  hasMore: boolean;
}

interface LineRow {
  operation: string;
  owner: string;
  /** running files, over all requested operations */
  load: number;
  share: number;
  servedAt: number | null;
  userRoom: number | null;
  totalRoom: number | null;
  isLimited: boolean;
  isHeldBack: boolean;
  request: string | null;
  step: number;
  files: number;
  priority: number;
  stepServedAt: number;
  settingsBytes: number;
  workers: number | null;
  holders: string[] | null;
}

/** The users with work, in the order of the line, each with their first steps. */
export async function readLine(query: Query, filter: LineFilter): Promise<OpenLine> {
  return toLine(await lineRows(query, filter, filter.request !== undefined), filter);
}

function lineRows(
  query: Query,
  { operations, request, users, stepsOfUser, without }: LineFilter,
  ofRequest: boolean,
): Promise<LineRow[]> {
  return query<LineRow>(
    lineSql(ofRequest),
    [
      operations,
      users,
      stepsOfUser,
      without.map((step) => step.request),
      without.map((step) => step.step),
      ...(request === undefined ? [] : [request]),
    ],
    ofRequest ? "line_of_request" : "line",
  );
}

/**
 * Reads a row of `user_work` for each user and operation, then the first steps of each user by an
 * index in the order of the line. A user's running files are counted over all requested operations;
 * a limit applies to one operation.
 */
function lineSql(ofRequest: boolean): string {
  return `WITH loads AS MATERIALIZED (
  SELECT work.operation, work.owner, work.queued AS files, work.running,
    coalesce(user_shares.share, 1) AS share,
    sum(work.running) OVER (PARTITION BY work.owner)::int AS load,
    max(work.served_at) OVER (PARTITION BY work.owner) AS served_at,
    (limits.slots_per_user - work.running)::int AS user_room,
    (limits.slots - sum(work.running) OVER (PARTITION BY work.operation))::int AS total_room,
    limits.operation IS NOT NULL AS is_limited
  FROM user_work work
  LEFT JOIN user_shares ON user_shares.owner = work.owner
  LEFT JOIN operation_limits limits ON limits.operation = work.operation
  WHERE work.operation = ANY($1)
), line AS MATERIALIZED (
  SELECT loads.*, least(user_room, total_room) <= 0 IS TRUE AS is_held_back FROM loads
  WHERE files > 0${ofRequest ? " AND owner = (SELECT owner FROM requests WHERE id = $6)" : ""}
  ORDER BY is_held_back, load / share, served_at NULLS FIRST, owner LIMIT $2
)
SELECT line.operation, line.owner, line.load, line.share,
  extract(epoch FROM line.served_at)::float8 AS "servedAt", line.user_room AS "userRoom",
  line.total_room AS "totalRoom", line.is_limited AS "isLimited",
  line.is_held_back AS "isHeldBack", open_steps.*
FROM line LEFT JOIN LATERAL (
  SELECT s.request_id AS request, s.step, s.queued AS files, s.priority,
    extract(epoch FROM s.served_at)::float8 AS "stepServedAt",
    ${settingsBytes("s")} AS "settingsBytes", r.workers,
    CASE WHEN r.workers IS NOT NULL THEN ARRAY${holdersOf("r.id")} END AS holders
  FROM request_steps s JOIN requests r ON r.id = s.request_id
  WHERE s.operation = line.operation AND s.owner = line.owner AND s.queued > 0
    AND ${acceptsWork("r")} AND NOT ${hasWorkload("s")}
    ${ofRequest ? "AND s.request_id = $6" : ""}
    AND (s.request_id, s.step::int) NOT IN (SELECT * FROM unnest($4::uuid[], $5::int[]))
  ORDER BY s.priority DESC, s.served_at, s.request_id, s.step LIMIT $3
) open_steps ON NOT line.is_held_back`;
}

function toLine(rows: LineRow[], { users, stepsOfUser }: LineFilter): OpenLine {
  const loads = new Map<string, UserLoad>();
  const rooms = new Map<string, Room>();
  const steps: LineStep[] = [];
  const stepsOfPair = new Map<string, number>();
  for (const row of rows) {
    const { operation, owner, share, load, servedAt, totalRoom, userRoom } = row;
    loads.set(owner, { owner, running: load, share, servedAt });
    const room = rooms.get(operation) ?? { total: totalRoom, byUser: new Map() };
    rooms.set(operation, room);
    room.byUser.set(owner, userRoom);
    const pair = `${operation} ${owner}`;
    stepsOfPair.set(pair, (stepsOfPair.get(pair) ?? 0) + (row.request === null ? 0 : 1));
    if (row.request !== null) steps.push(toStep(row, row.request));
  }
  return {
    users: [...loads.values()],
    steps,
    rooms,
    limited: new Set(rows.filter((row) => row.isLimited).map((row) => row.operation)),
    isHeldBack: rows.some((row) => row.isHeldBack),
    hasMore: stepsOfPair.size >= users || Math.max(...stepsOfPair.values()) >= stepsOfUser,
  };
}

function toStep(row: LineRow, request: string): LineStep {
  const { step, operation, owner, files, priority, stepServedAt, settingsBytes } = row;
  const { workers, holders } = row;
  return {
    request,
    step,
    operation,
    owner,
    files,
    priority,
    servedAt: stepServedAt,
    settingsBytes,
    workers,
    holders: holders ?? [],
  };
}
