import type { Query } from "../../db/client.ts";
import { fileMoves, sqlList } from "../state.ts";

/** Whose last sign of life is recorded: the leading scheduler, a process that starts workers. */
export type Beat = "scheduler" | "workers";

/** Records the beat now, also after the database's clock stepped back. */
export async function writeBeat(query: Query, beat: Beat): Promise<void> {
  await query(
    `INSERT INTO service_beats (duty, beat_at) VALUES ($1, now())
     ON CONFLICT (duty) DO UPDATE SET beat_at = excluded.beat_at`,
    [beat],
    "write_beat",
  );
}

/**
 * Records it unless the last beat is older than so many seconds, in one statement: no outage fits
 * between the check and the write. Returns whether it did, which it also does the first time.
 */
export async function writeBeatInTime(query: Query, beat: Beat, seconds: number): Promise<boolean> {
  const rows = await query(
    `INSERT INTO service_beats AS beat (duty, beat_at) VALUES ($1, now())
     ON CONFLICT (duty) DO UPDATE SET beat_at = excluded.beat_at
       WHERE beat.beat_at >= now() - make_interval(secs => $2)
     RETURNING duty`,
    [beat, seconds],
    "write_beat_in_time",
  );
  return rows.length > 0;
}

/** The last beat, by the clock of the database. */
export async function lastBeat(
  query: Query,
  beat: Beat,
): Promise<{ seconds: number; readAt: string } | undefined> {
  const [row] = await query<{ seconds: number; readAt: string }>(
    `SELECT coalesce(extract(epoch FROM now() - beat_at), 0)::float8 AS seconds,
       now()::text AS "readAt"
     FROM service_beats WHERE duty = $1`,
    [beat],
    "last_beat",
  );
  return row;
}

/** Records it if no more than so many seconds have passed since; returns whether it did. */
export async function writeBeatSoonAfter(
  query: Query,
  beat: Beat,
  { readAt, seconds }: { readAt: string; seconds: number },
): Promise<boolean> {
  const rows = await query(
    `UPDATE service_beats SET beat_at = now()
     WHERE duty = $1 AND now() <= $2::timestamptz + make_interval(secs => $3) RETURNING duty`,
    [beat, readAt, seconds],
    "write_beat_soon_after",
  );
  return rows.length > 0;
}

/** Condition: the scheduler has not been away for longer than so many seconds, until now. */
export function isWatched(seconds: string): string {
  return `NOT EXISTS (SELECT FROM service_beats
    WHERE duty = 'scheduler' AND beat_at < now() - make_interval(secs => ${seconds}))`;
}

/**
 * Extends the leases of a request's running files, at most to a whole lease from now, so that a
 * second call for the same outage adds little. Returns the number of files.
 */
export async function extendLeases(
  query: Query,
  request: string,
  { seconds, leaseSeconds }: { seconds: number; leaseSeconds: number },
): Promise<number> {
  const [row] = await query<{ files: number }>(
    `WITH held AS MATERIALIZED (
       SELECT f.request_id, f.file_id FROM request_files f
       WHERE f.request_id = $1 AND f.state IN (${sqlList(fileMoves.lose.from)})
         AND f.lease_until IS NOT NULL
       ORDER BY f.request_id, f.file_id FOR UPDATE
     ), extended AS (
       UPDATE request_files f SET lease_until = greatest(f.lease_until,
         least(f.lease_until + make_interval(secs => $2), now() + make_interval(secs => $3)))
       FROM held WHERE f.request_id = held.request_id AND f.file_id = held.file_id
       RETURNING 1
     )
     SELECT count(*) AS files FROM extended`,
    [request, seconds, leaseSeconds],
    "extend_leases",
  );
  return row?.files ?? 0;
}
