// The SQL that makes a dataset: opened once, filled in chunks, closed once.
import { hash } from "node:crypto";
import type { Query } from "../db/client.ts";
import type { FoundFile } from "./contract.ts";
import { type DatasetEnd, datasetEndOf, type LookupEnd } from "./lookup-end.ts";
import type { DatasetState } from "./state.ts";

/** one path, or several in order of preference */
export type Replicas = string | string[];

export interface Opened {
  id: number;
  state: Extract<DatasetState, "lookup" | "ready">;
  /** this call made it, so nobody has said any of its files yet */
  created: boolean;
}

/** The one current dataset of a name; made when there is none. A hundred at once get the same one. `anew`: one that is closed does not do. */
export async function openDataset(
  query: Query,
  finder: string,
  name: string,
  { anew = false } = {},
): Promise<Opened> {
  if (anew) await markStaleVersion(query, finder, name);
  // One that is forgotten between the two statements sends us round again.
  for (let round = 0; round < 20; round++) {
    const [made] = await query<{ id: number }>(
      `INSERT INTO datasets (finder, name, version)
       SELECT $1, $2, coalesce(max(version), 0) + 1 FROM datasets WHERE finder = $1 AND name = $2
       ON CONFLICT (finder, name) WHERE state IN ('lookup', 'ready') DO NOTHING
       RETURNING id`,
      [finder, name],
    );
    if (made) return { id: made.id, state: "lookup", created: true };
    const [current] = await query<Omit<Opened, "created">>(
      `SELECT id, state FROM datasets WHERE finder = $1 AND name = $2 AND state IN ('lookup', 'ready')`,
      [finder, name],
    );
    if (current) {
      await markUsed(query, current.id);
      return { ...current, created: false };
    }
  }
  throw new Error(`The dataset ${finder}://${name} is opened and forgotten again and again.`);
}

/** The version before: requests that use it keep it. */
async function markStaleVersion(query: Query, finder: string, name: string): Promise<void> {
  await query(
    `UPDATE datasets SET state = $3, updated_at = now() WHERE finder = $1 AND name = $2 AND state = 'ready'`,
    [finder, name, "stale" satisfies DatasetState],
  );
}

/** Never waits: a submit must not stand behind a lookup that is filling the dataset. */
async function markUsed(query: Query, id: number): Promise<void> {
  await query(
    `UPDATE datasets SET last_used_at = now() WHERE id IN (
       SELECT id FROM datasets WHERE id = $1 AND last_used_at < now() - interval '10 seconds' FOR NO KEY UPDATE SKIP LOCKED)`,
    [id],
  );
}

export interface Added {
  /** files that were new */
  added: number;
  total: number;
  /** how many the finder says there are, when it has said so */
  announced: number | null;
  /** false: the list was closed before, and nothing was added */
  open: boolean;
}

/** The largest number of files that one statement takes. */
export const chunk = 5_000;

/** At most a chunk of files. Said again, a file adds nothing. */
export function addFound(query: Query, datasetId: number, files: FoundFile[]): Promise<Added> {
  return addChunk(query, datasetId, files, files.map(keyOf));
}

/** The files of a list in a request, in the transaction of its submit. The same file twice is two files: the key carries the position. */
export async function addListed(
  query: Query,
  datasetId: number,
  list: readonly Replicas[],
): Promise<void> {
  for (let start = 0; start < list.length; start += chunk) {
    const files = list
      .slice(start, start + chunk)
      .map((replicas) => ({ paths: [replicas].flat() }));
    const keys = files.map((file, index) => sha256(JSON.stringify([start + index, ...file.paths])));
    await addChunk(query, datasetId, files, keys);
  }
}

/**
 * `seq` has no gaps and grows in commit order, because the dataset's row is locked: a request that copies by cursor skips nothing.
 * The lock is a statement of its own, since the next one must see what was committed while we waited for it.
 * What is known already is asked by a key that carries the dataset, in a scalar subquery, of which the planner makes no join: without statistics
 * each other way read all files of the dataset for each new one.
 */
async function addChunk(
  query: Query,
  datasetId: number,
  files: FoundFile[],
  keys: Buffer[],
): Promise<Added> {
  const [dataset] = await query<{
    file_count: number;
    announced: number | null;
    outcome: string | null;
  }>("SELECT file_count, announced, outcome FROM datasets WHERE id = $1 FOR NO KEY UPDATE", [
    datasetId,
  ]);
  if (!dataset || dataset.outcome !== null)
    return {
      added: 0,
      total: dataset?.file_count ?? 0,
      announced: dataset?.announced ?? null,
      open: false,
    };
  const [sum] = await query<{ added: number; total: number }>(
    `WITH said AS (
       SELECT DISTINCT ON (key) paths, sha256(int8send($1::bigint) || key) AS path_key, size, events, checksum, place
       FROM unnest($2::text[], $3::bytea[], $4::bigint[], $5::bigint[], $6::text[]) WITH ORDINALITY AS t(paths, key, size, events, checksum, place)
       ORDER BY key, place
     ), added AS (
       INSERT INTO files (dataset_id, seq, paths, path_key, size, events, checksum)
       SELECT $1, $7::bigint + row_number() OVER (ORDER BY place), paths::text[], path_key, size, events, checksum
       FROM said WHERE (SELECT f.id FROM files f WHERE f.path_key = said.path_key) IS NULL
       ORDER BY place
       RETURNING size, events
     ), sum AS (
       SELECT count(*) AS added, coalesce(sum(size), 0) AS size, coalesce(sum(events), 0) AS events FROM added
     )
     UPDATE datasets SET file_count = file_count + sum.added, size = datasets.size + sum.size, events = datasets.events + sum.events, updated_at = now()
     FROM sum WHERE datasets.id = $1
     RETURNING sum.added, file_count AS total`,
    [
      datasetId,
      files.map((file) => arrayLiteral(file.paths)),
      keys,
      files.map((file) => file.size ?? null),
      files.map((file) => file.events ?? null),
      files.map((file) => file.checksum ?? null),
      dataset.file_count,
    ],
  );
  return {
    added: sum?.added ?? 0,
    total: sum?.total ?? 0,
    announced: dataset.announced,
    open: true,
  };
}

export function keyOf(file: FoundFile): Buffer {
  return sha256(JSON.stringify(file.paths));
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

/** Postgres takes no array of arrays of different lengths, so each list of replicas travels as text. */
function arrayLiteral(paths: string[]): string {
  return `{${paths.map((path) => `"${path.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

/** Closes the list once; answers how it ended, or undefined when it was closed before or, by a `token`, when another process looks it up by now. */
export async function closeIn(
  query: Query,
  datasetId: number,
  closing: LookupEnd,
  token?: string,
): Promise<DatasetEnd | undefined> {
  const [open] = await query<{ file_count: number; announced: number | null }>(
    `SELECT file_count, announced FROM datasets
     WHERE id = $1 AND outcome IS NULL AND ($2::text IS NULL OR lookup_token = $2) FOR NO KEY UPDATE`,
    [datasetId, token ?? null],
  );
  if (!open) return undefined;
  const announced = closing.announced ?? open.announced ?? undefined;
  const ending = datasetEndOf({ ...closing, announced }, open.file_count);
  // One that was deleted while it was looked up stays forgotten.
  await query(
    `UPDATE datasets SET state = CASE WHEN state = 'stale' AND $2 = 'ready' THEN 'stale' ELSE $2 END,
       outcome = $3, reason = $4, incomplete = $5, announced = $6, lookup_token = NULL, lookup_until = NULL, updated_at = now()
     WHERE id = $1`,
    [datasetId, ending.state, ending.outcome, ending.reason, ending.incomplete, announced ?? null],
  );
  return ending;
}
