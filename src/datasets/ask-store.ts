// The SQL of lookups that finders of others are asked for by a message of the broker.
import type { Query } from "../db/client.ts";
import { sqlList } from "../moves.ts";
import { external, mayStillUse } from "./lookup-store.ts";
import { currentDatasetStates } from "./state.ts";

export interface AskedLookup {
  id: number;
  finder: string;
  name: string;
  /** names its task */
  task: string;
  /** an open request that waits for it; null: none does */
  request: string | null;
}

const waitingRequest = `(SELECT requests.id FROM requests
       WHERE requests.dataset_id = datasets.id AND ${mayStillUse}
       ORDER BY requests.number LIMIT 1)`;

/**
 * Names the task of a lookup that this process has claimed, before it is published: published again
 * after a crash, it is the same. Undefined if the claim was lost.
 */
export async function nameTask(
  query: Query,
  id: number,
  token: string,
  task: string,
): Promise<AskedLookup | undefined> {
  const [row] = await query<AskedLookup>(
    `UPDATE datasets SET asked_task = coalesce(asked_task, $3)
     WHERE id = $1 AND lookup_token = $2 AND outcome IS NULL
     RETURNING id, finder, name, coalesce(asked_task, '') AS task, ${waitingRequest} AS request`,
    [id, token, task],
  );
  return row;
}

/** From now on its files come from outside: no process of this service takes it again. */
export async function markAsked(
  query: Query,
  id: number,
  token: string,
  queue: string,
): Promise<void> {
  await query(
    `UPDATE datasets SET lookup_token = NULL, lookup_until = 'infinity', asked_queue = $3,
       asked_at = now(), asked_times = asked_times + 1
     WHERE id = $1 AND lookup_token = $2 AND outcome IS NULL`,
    [id, token, queue],
  );
}

export interface SilentLookup extends AskedLookup {
  queue: string;
  /** how often it was asked for */
  times: number;
  /** since it was asked for */
  askedSeconds: number;
  /** since the finder called for any of its lookups */
  silentSeconds: number;
}

/** Open lookups that were asked for at least so many seconds ago. */
export function openAsked(
  query: Query,
  finders: readonly string[],
  seconds: number,
): Promise<SilentLookup[]> {
  return query<SilentLookup>(
    `SELECT id, finder, name, asked_task AS task, asked_queue AS queue, asked_times AS times,
       ${waitingRequest} AS request, extract(epoch FROM now() - asked_at)::float8 AS "askedSeconds",
       extract(epoch FROM now() - (SELECT max(other.updated_at) FROM datasets other
         WHERE other.finder = datasets.finder))::float8 AS "silentSeconds"
     FROM datasets
     WHERE outcome IS NULL AND announced IS NULL AND finder = ANY($1) AND ${external}
       AND asked_queue IS NOT NULL AND asked_task IS NOT NULL
       AND asked_at < now() - make_interval(secs => $2)
     ORDER BY id LIMIT 1000`,
    [finders, seconds],
  );
}

/** Of several processes, one is to ask again. */
export async function claimAgain(
  query: Query,
  { id, times }: Pick<SilentLookup, "id" | "times">,
  queue: string,
): Promise<boolean> {
  const rows = await query(
    `UPDATE datasets SET asked_queue = $3, asked_at = now(), asked_times = asked_times + 1
     WHERE id = $1 AND asked_times = $2 AND outcome IS NULL RETURNING id`,
    [id, times, queue],
  );
  return rows.length > 0;
}

/**
 * Lookups of these finders that were asked for, and that no open request waits for. With `current`:
 * those whose dataset new requests still use.
 */
export function unwantedAsked(
  query: Query,
  finders: readonly string[],
  { current }: { current: boolean },
): Promise<{ id: number; task: string | null }[]> {
  return query<{ id: number; task: string | null }>(
    `SELECT id, asked_task AS task FROM datasets
     WHERE outcome IS NULL AND finder = ANY($1) AND announced IS NULL AND asked_task IS NOT NULL
       AND (state IN (${sqlList(currentDatasetStates)})) = $2
       AND created_at < now() - interval '1 second'
       AND NOT EXISTS (
         SELECT FROM requests WHERE dataset_id = datasets.id AND ${mayStillUse})
     ORDER BY id LIMIT 1000`,
    [finders, current],
  );
}
