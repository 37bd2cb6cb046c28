// The SQL of lookups under way: who has which, for how long, and what was said of them.
import type { Query } from "../db/client.ts";
import type { FoundFile } from "./contract.ts";
import type { DatasetState } from "./state.ts";
import { keyOf } from "./store.ts";

export interface Lookup {
  id: number;
  finder: string;
  name: string;
  /** this one counted */
  tries: number;
}

export interface Claim {
  finders: string[];
  token: string;
  leaseSeconds: number;
  limit: number;
}

/** Lookups that nobody has, or whose process fell silent. A deleted dataset is looked up too, while requests wait for it. */
export function claimLookups(
  query: Query,
  { finders, token, leaseSeconds, limit }: Claim,
): Promise<Lookup[]> {
  return query<Lookup>(
    `UPDATE datasets d SET lookup_token = $2, lookup_until = now() + make_interval(secs => $3), lookup_tries = d.lookup_tries + 1, updated_at = now()
     FROM (SELECT id FROM datasets
           WHERE outcome IS NULL AND announced IS NULL AND finder = ANY($1) AND (lookup_until IS NULL OR lookup_until < now())
           ORDER BY id LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED) free
     WHERE d.id = free.id
     RETURNING d.id, d.finder, d.name, d.lookup_tries AS tries`,
    [finders, token, leaseSeconds, limit],
  );
}

/** False when it is another's by now, or over. */
export async function renewLookup(
  query: Query,
  id: number,
  token: string,
  leaseSeconds: number,
): Promise<boolean> {
  const rows = await query(
    `UPDATE datasets SET lookup_until = now() + make_interval(secs => $3) WHERE id = $1 AND lookup_token = $2 AND outcome IS NULL RETURNING id`,
    [id, token, leaseSeconds],
  );
  return rows.length > 0;
}

/** Given back: free in so many seconds. `counted: false` is no try, since the finder was not at fault. */
export async function releaseLookup(
  query: Query,
  id: number,
  token: string,
  { seconds = 0, counted = true } = {},
): Promise<void> {
  await query(
    `UPDATE datasets SET lookup_token = NULL, lookup_until = now() + make_interval(secs => $3), lookup_tries = lookup_tries - $4
     WHERE id = $1 AND lookup_token = $2 AND outcome IS NULL`,
    [id, token, seconds, counted ? 0 : 1],
  );
}

/** Its files come from outside from here on: no process of ours takes it again. */
export async function markExternal(query: Query, id: number, token: string): Promise<void> {
  await query(
    `UPDATE datasets SET lookup_token = NULL, lookup_until = 'infinity' WHERE id = $1 AND lookup_token = $2 AND outcome IS NULL`,
    [id, token],
  );
}

export async function lookupOf(
  query: Query,
  id: number,
): Promise<{ finder: string; external: boolean } | undefined> {
  const [row] = await query<{ finder: string; external: boolean }>(
    `SELECT finder, coalesce(lookup_until = 'infinity' OR announced IS NOT NULL, false) AS external FROM datasets WHERE id = $1`,
    [id],
  );
  return row;
}

/** True when more files are announced than came: the list then stays open for a grace time. */
export async function announceFiles(
  query: Query,
  id: number,
  announced: number,
  graceSeconds: number,
): Promise<boolean> {
  const rows = await query(
    `UPDATE datasets SET announced = $2, lookup_until = now() + make_interval(secs => $3), updated_at = now()
     WHERE id = $1 AND outcome IS NULL AND file_count < $2 RETURNING id`,
    [id, announced, graceSeconds],
  );
  return rows.length > 0;
}

/** A file that is new and came too late shows that the list is not whole: its requests say so, and the next one looks anew. */
export async function noteLateFiles(query: Query, id: number, files: FoundFile[]): Promise<void> {
  await query(
    `UPDATE datasets d SET state = CASE WHEN d.state = 'ready' THEN $4 ELSE d.state END, incomplete = true, updated_at = now(),
       reason = coalesce(d.reason, late.n || ' files came after the finder had said that the list is whole.')
     FROM (SELECT count(DISTINCT said.key) AS n FROM unnest($2::bytea[]) AS said(key)
           WHERE (SELECT f.id FROM files f WHERE f.path_key = sha256(int8send($1::bigint) || said.key)) IS NULL) late
     WHERE d.id = $1 AND late.n > 0 AND d.outcome = ANY($3)`,
    [id, files.map(keyOf), ["found", "empty"], "stale" satisfies DatasetState],
  );
}

export interface Overdue {
  id: number;
  /** its finder said that the list is whole, but not all files came */
  announced: number | null;
}

/** Lookups that wait in vain: for announced files, or for any word at all. Those that wait for their turn here are not meant. */
export function overdueLookups(
  query: Query,
  ownFinders: string[],
  silentSeconds: number,
): Promise<Overdue[]> {
  return query<Overdue>(
    `SELECT id, announced FROM datasets
     WHERE outcome IS NULL
       AND ((announced IS NOT NULL AND lookup_until < now())
         OR (updated_at < now() - make_interval(secs => $1) AND (lookup_token IS NOT NULL OR lookup_until = 'infinity' OR NOT finder = ANY($2))))
     ORDER BY id LIMIT 1000`,
    [silentSeconds, ownFinders],
  );
}

/** Versions that no request has and no new one will get, a day after their last use; a few at a time, since their files go with them. */
export async function deleteUnusedStale(query: Query): Promise<number> {
  const rows = await query(
    `DELETE FROM datasets WHERE id IN (
       SELECT d.id FROM datasets d WHERE d.state IN ('stale', 'failed') AND d.outcome IS NOT NULL AND d.last_used_at < now() - interval '1 day'
         AND d.updated_at < now() - interval '1 day' AND NOT EXISTS (SELECT FROM requests r WHERE r.dataset_id = d.id)
       ORDER BY d.id LIMIT 20) RETURNING id`,
  );
  return rows.length;
}
