// The SQL of running lookups: who holds which, until when, and what has been announced.
//
// `lookup_until` is the time until which no other process may take the lookup over:
// - in the past or null: nothing holds it
// - in the future: a process of this service, which renews it (`lookup_token`); a retry that waits
//   for its time; or, after `announced`, files that are still to arrive
// - infinity: a finder outside of this service holds it, for good
import type { Query } from "../db/client.ts";
import { sqlList } from "../moves.ts";
import type { FoundFile } from "./contract.ts";
import { moveDataset } from "./move-store.ts";
import { pastDatasetStates } from "./state.ts";
import { keyOf } from "./store.ts";

/** The lease of a finder outside of this service never ends. */
const external = "lookup_until = 'infinity'";

export interface Lookup {
  id: number;
  finder: string;
  name: string;
  /** including this one */
  tries: number;
}

export interface Claim {
  finders: string[];
  token: string;
  leaseSeconds: number;
  limit: number;
}

/**
 * Takes lookups that nothing holds or whose lease has expired. A removed dataset is looked up too,
 * since requests wait for it.
 */
export function claimLookups(
  query: Query,
  { finders, token, leaseSeconds, limit }: Claim,
): Promise<Lookup[]> {
  return query<Lookup>(
    `UPDATE datasets d SET lookup_token = $2, lookup_until = now() + make_interval(secs => $3),
       lookup_tries = d.lookup_tries + 1, updated_at = now()
     FROM (SELECT id FROM datasets
           WHERE outcome IS NULL AND announced IS NULL AND finder = ANY($1)
             AND (lookup_until IS NULL OR lookup_until < now())
           ORDER BY id LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED) free
     WHERE d.id = free.id
     RETURNING d.id, d.finder, d.name, d.lookup_tries AS tries`,
    [finders, token, leaseSeconds, limit],
  );
}

/** False if the lease was lost or the lookup has ended. */
export async function renewLookup(
  query: Query,
  id: number,
  token: string,
  leaseSeconds: number,
): Promise<boolean> {
  const rows = await query(
    `UPDATE datasets SET lookup_until = now() + make_interval(secs => $3)
     WHERE id = $1 AND lookup_token = $2 AND outcome IS NULL RETURNING id`,
    [id, token, leaseSeconds],
  );
  return rows.length > 0;
}

/**
 * Gives the lookup up; it can be taken again in so many seconds. `counted: false` means that it was
 * not a try, since the finder did not fail.
 */
export async function releaseLookup(
  query: Query,
  id: number,
  token: string,
  { seconds = 0, counted = true } = {},
): Promise<void> {
  await query(
    `UPDATE datasets SET lookup_token = NULL, lookup_until = now() + make_interval(secs => $3),
       lookup_tries = lookup_tries - $4
     WHERE id = $1 AND lookup_token = $2 AND outcome IS NULL`,
    [id, token, seconds, counted ? 0 : 1],
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
): Promise<{ finder: string; external: boolean } | undefined> {
  const [row] = await query<{ finder: string; external: boolean }>(
    `SELECT finder, coalesce(${external} OR announced IS NOT NULL, false) AS external
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
export async function noteLateFiles(query: Query, id: number, files: FoundFile[]): Promise<void> {
  const noted = await query(
    `UPDATE datasets d SET incomplete = true, updated_at = now(),
       reason = coalesce(d.reason, late.n || ' files arrived after the finder had closed the list.')
     FROM (SELECT count(DISTINCT given.key) AS n FROM unnest($2::bytea[]) AS given(key)
           WHERE (SELECT f.id FROM files f
                  WHERE f.path_key = sha256(int8send($1::bigint) || given.key)) IS NULL) AS late
     WHERE d.id = $1 AND late.n > 0 AND d.outcome = ANY($3) RETURNING d.id`,
    [id, files.map(keyOf), ["found", "empty"]],
  );
  if (noted.length) await moveDataset(query, id, "outdate");
}

export interface Overdue {
  id: number;
  /** its finder has closed the list, but not all files arrived */
  announced: number | null;
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
    `SELECT id, announced FROM datasets
     WHERE outcome IS NULL
       AND ((announced IS NOT NULL AND lookup_until < now())
         OR (updated_at < now() - make_interval(secs => $1)
           AND (lookup_token IS NOT NULL OR ${external} OR NOT finder = ANY($2))))
     ORDER BY id LIMIT 1000`,
    [silentSeconds, ownFinders],
  );
}

/**
 * Past versions that no request uses, a day after their last use. A few per call: their files are
 * deleted with them.
 */
export async function deleteUnusedPast(query: Query): Promise<number> {
  const rows = await query(
    `DELETE FROM datasets WHERE id IN (
       SELECT d.id FROM datasets d
       WHERE d.state IN (${sqlList(pastDatasetStates)}) AND d.outcome IS NOT NULL
         AND d.last_used_at < now() - interval '1 day' AND d.updated_at < now() - interval '1 day'
         AND NOT EXISTS (SELECT FROM requests r WHERE r.dataset_id = d.id)
       ORDER BY d.id LIMIT 20) RETURNING id`,
  );
  return rows.length;
}
