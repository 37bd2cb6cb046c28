// The SQL of running lookups: who holds which, until when, and what has been announced.
//
// `lookup_until` is the time until which no other process may take the lookup over:
// - in the past or null: nothing holds it
// - in the future: a process of this service, which renews it (`lookup_token`); a retry that waits
//   for its time; or, after `announced`, files that are still to arrive
// - infinity: a finder outside of this service holds it, for good
import type { Query } from "../db/client.ts";
import { sqlList } from "../moves.ts";
import { stoppableStates } from "../requests/state.ts";
import { moveDataset } from "./move-store.ts";
import { currentDatasetStates } from "./state.ts";

/** The lease of a finder outside of this service never ends. */
export const external = "lookup_until = 'infinity'";

export interface Lookup {
  id: number;
  finder: string;
  name: string;
  /** whose request opened it; null: not known */
  owner: string | null;
  /** requests of others may use what is found */
  shared: boolean;
  /** including this one */
  tries: number;
  /** for how long it has been worked on, over all tries */
  seconds: number;
}

export interface Claim {
  finders: string[];
  token: string;
  leaseSeconds: number;
  limit: number;
  /** lookups of one owner at once, over all processes */
  mostOfOwner: number;
}

const isFree = "announced IS NULL AND (lookup_until IS NULL OR lookup_until < now())";

/**
 * Takes lookups that nothing holds or whose lease has expired, first those of owners with the
 * fewest running: the lookups of one owner never take every slot. A removed dataset is looked up
 * too, since requests wait for it.
 */
export function claimLookups(
  query: Query,
  { finders, token, leaseSeconds, limit, mostOfOwner }: Claim,
): Promise<Lookup[]> {
  return query<Lookup>(
    `WITH open_lookups AS MATERIALIZED (
       SELECT id, coalesce(lookup_owner, '') AS owner, ${isFree} AS is_free,
         lookup_token IS NOT NULL AND lookup_until > now() AS is_running
       FROM datasets WHERE outcome IS NULL AND finder = ANY($1)
     ), running AS (
       SELECT owner, count(*) AS lookups FROM open_lookups WHERE is_running GROUP BY owner
     ), line AS (
       SELECT id, coalesce(running.lookups, 0)
         + row_number() OVER (PARTITION BY owner ORDER BY id) AS place
       FROM open_lookups LEFT JOIN running USING (owner) WHERE is_free
     ), chosen AS (
       SELECT datasets.id FROM datasets JOIN line USING (id)
       WHERE line.place <= $5 AND outcome IS NULL AND ${isFree}
       ORDER BY line.place, datasets.id LIMIT $4 FOR NO KEY UPDATE OF datasets SKIP LOCKED
     )
     UPDATE datasets SET lookup_token = $2, lookup_until = now() + make_interval(secs => $3),
       lookup_tries = lookup_tries + 1, updated_at = now()
     FROM chosen WHERE datasets.id = chosen.id
     RETURNING datasets.id, finder, name, lookup_owner AS owner,
       state IN (${sqlList(currentDatasetStates)}) AS shared, lookup_tries AS tries,
       lookup_seconds AS seconds`,
    [finders, token, leaseSeconds, limit, mostOfOwner],
  );
}

/**
 * Also counts the seconds since the last call. False if the lease was lost or the lookup has ended.
 */
export async function renewLookup(
  query: Query,
  id: number,
  token: string,
  { leaseSeconds, worked }: { leaseSeconds: number; worked: number },
): Promise<boolean> {
  const rows = await query(
    `UPDATE datasets SET lookup_until = now() + make_interval(secs => $3),
       lookup_seconds = lookup_seconds + $4
     WHERE id = $1 AND lookup_token = $2 AND outcome IS NULL RETURNING id`,
    [id, token, leaseSeconds, worked],
  );
  return rows.length > 0;
}

/** Which of these lookups this process no longer holds: they have ended or were taken over. */
export async function lostLookups(query: Query, ids: number[], token: string): Promise<number[]> {
  const held = await query<{ id: number }>(
    "SELECT id FROM datasets WHERE id = ANY($1) AND lookup_token = $2 AND outcome IS NULL",
    [ids, token],
  );
  const ours = new Set(held.map(({ id }) => id));
  return ids.filter((id) => !ours.has(id));
}

/**
 * Gives the lookup up; it can be taken again in so many seconds. `counted: false` means that it was
 * not a try, since the finder did not fail. `worked`: seconds since it was last renewed.
 */
export async function releaseLookup(
  query: Query,
  id: number,
  token: string,
  { seconds = 0, counted = true, worked = 0 } = {},
): Promise<void> {
  await query(
    `UPDATE datasets SET lookup_token = NULL, lookup_until = now() + make_interval(secs => $3),
       lookup_tries = lookup_tries - $4, lookup_seconds = lookup_seconds + $5
     WHERE id = $1 AND lookup_token = $2 AND outcome IS NULL`,
    [id, token, seconds, counted ? 0 : 1, worked],
  );
}

/** From now on its files come from outside: no process of this service takes it again. */
export async function markExternal(query: Query, id: number, token: string): Promise<void> {
  await query(
    `UPDATE datasets SET lookup_token = NULL, lookup_until = 'infinity'
     WHERE id = $1 AND lookup_token = $2 AND outcome IS NULL`,
    [id, token],
  );
}

export async function lookupOf(
  query: Query,
  id: number,
): Promise<{ finder: string; open: boolean; external: boolean } | undefined> {
  const [row] = await query<{ finder: string; open: boolean; external: boolean }>(
    `SELECT finder, outcome IS NULL AS open,
       coalesce(${external} OR announced IS NOT NULL, false) AS external
     FROM datasets WHERE id = $1`,
    [id],
  );
  return row;
}

/**
 * Returns true if more files are announced than have arrived: the list then stays open for a grace
 * period.
 */
export async function announceFiles(
  query: Query,
  id: number,
  announced: number,
  graceSeconds: number,
): Promise<boolean> {
  const rows = await query(
    `UPDATE datasets SET announced = $2, lookup_until = now() + make_interval(secs => $3),
       updated_at = now()
     WHERE id = $1 AND outcome IS NULL AND file_count < $2 RETURNING id`,
    [id, announced, graceSeconds],
  );
  return rows.length > 0;
}

/**
 * A new file that arrives after the list was closed shows that the list is incomplete: its requests
 * say so, and the next request looks the name up again. To be called in a transaction.
 */
export async function noteLateFiles(
  query: Query,
  id: number,
  keys: Buffer[],
  mayBeMore: boolean,
): Promise<boolean> {
  const noted = await query(
    `UPDATE datasets d SET incomplete = true, updated_at = now(),
       reason = coalesce(d.reason, late.n || $4::text ||
         ' files arrived after the finder had closed the list.')
     FROM (SELECT count(DISTINCT given.key) AS n FROM unnest($2::bytea[]) AS given(key)
           WHERE (SELECT f.id FROM files f
                  WHERE f.path_key = sha256(int8send($1::bigint) || given.key)) IS NULL) AS late
     WHERE d.id = $1 AND late.n > 0 AND d.outcome = ANY($3) RETURNING d.id`,
    [id, keys, ["found", "empty"], mayBeMore ? " or more" : ""],
  );
  if (noted.length) await moveDataset(query, id, "outdate");
  return noted.length > 0;
}

/**
 * A finder that gives a closed list again, with another number of files, shows that one of the two
 * is wrong: requests say so, and the next request looks the name up again. To be called in a
 * transaction.
 */
export async function noteOtherList(query: Query, id: number, files: number): Promise<boolean> {
  const noted = await query(
    `UPDATE datasets SET incomplete = true, updated_at = now(),
       reason = coalesce(reason, 'The finder gave the list a second time, with ' || $2::bigint ||
         ' files instead of ' || coalesce(announced, file_count) || '.')
     WHERE id = $1 AND outcome = $3 AND NOT incomplete AND coalesce(announced, file_count) <> $2
     RETURNING id`,
    [id, files, "found"],
  );
  if (noted.length) await moveDataset(query, id, "outdate");
  return noted.length > 0;
}

/**
 * Lookups of these finders that no open request waits for, and whose dataset new requests no longer
 * use. With `current`: those whose dataset new requests still use.
 */
export async function unwantedLookups(
  query: Query,
  finders: string[],
  { current }: { current: boolean },
): Promise<number[]> {
  const rows = await query<{ id: number }>(
    `SELECT id FROM datasets
     WHERE outcome IS NULL AND finder = ANY($1) AND announced IS NULL
       AND (lookup_until IS NULL OR NOT ${external})
       AND (state IN (${sqlList(currentDatasetStates)})) = $2
       AND created_at < now() - interval '1 second'
       AND NOT EXISTS (
         SELECT FROM requests WHERE dataset_id = datasets.id AND ${mayStillUse})
     ORDER BY id LIMIT 1000`,
    [finders, current],
  );
  return rows.map(({ id }) => id);
}

const open = sqlList(stoppableStates);
/** Condition on a row of `requests`. */
export const mayStillUse = `requests.state IN (${open}) AND requests.ending IS NULL`;

/** Whether open requests of others than this owner wait for the lookup. */
export async function isAwaitedByOthers(query: Query, id: number, owner: string): Promise<boolean> {
  const rows = await query(
    `SELECT FROM requests WHERE dataset_id = $1 AND owner <> $2 AND ${mayStillUse} LIMIT 1`,
    [id, owner],
  );
  return rows.length > 0;
}

export interface Overdue {
  id: number;
  /** its finder has closed the list, but not all files arrived */
  announced: number | null;
  /** of a finder that was asked by a message */
  task: string | null;
}

/**
 * Lookups that nothing else will end: announced files did not arrive, or their finder has not
 * called for too long. Lookups that wait for a process of this service are not among them.
 */
export function overdueLookups(
  query: Query,
  ownFinders: string[],
  silentSeconds: number,
): Promise<Overdue[]> {
  return query<Overdue>(
    `SELECT id, announced, asked_task AS task FROM datasets
     WHERE outcome IS NULL
       AND ((announced IS NOT NULL AND lookup_until < now())
         OR (updated_at < now() - make_interval(secs => $1)
           AND (lookup_token IS NOT NULL OR ${external} OR NOT finder = ANY($2))))
     ORDER BY id LIMIT 1000`,
    [silentSeconds, ownFinders],
  );
}
