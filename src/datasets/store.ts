// The SQL that creates a dataset: opened once, filled in chunks, closed once.

import type { Query } from "../db/client.ts";
import { sqlList } from "../moves.ts";
import type { SealKeys } from "../seal.ts";
import { chunksOf, type FileList } from "./chunks.ts";
import type { FoundFile } from "./contract.ts";
import { listedFiles, type RecordedFile, recordedFiles } from "./file-keys.ts";
import { type DatasetEnd, datasetEndOf, type LookupEnd } from "./lookup-end.ts";
import { moveDataset } from "./move-store.ts";
import { keepSecrets } from "./secrets-store.ts";
import {
  currentDatasetStates,
  type DatasetMove,
  type DatasetState,
  datasetMoves,
  datasetSql,
  type OpeningMove,
} from "./state.ts";

/** one path, or several in order of preference */
export type Replicas = string | string[];

export interface Opened {
  id: number;
  state: Extract<DatasetState, "lookup" | "ready">;
  /** this call created it, so it has no files yet */
  created: boolean;
}

const current = `state IN (${sqlList(currentDatasetStates)})`;

/**
 * Returns the one current dataset of a name and creates it if there is none; a hundred calls at
 * once get the same one. `renew`: a dataset whose list is already complete is not used again.
 * `owner`: whose slot its lookup takes.
 */
export async function openDataset(
  query: Query,
  finder: string,
  name: string,
  { renew = false, owner = null }: { renew?: boolean; owner?: string | null } = {},
): Promise<Opened> {
  if (renew) await renewDataset(query, finder, name);
  // If the current one is removed between the two statements, the next round creates one.
  for (let round = 0; round < 20; round++) {
    const [created] = await query<{ id: number }>(
      `INSERT INTO datasets (finder, name, version, state, lookup_owner)
       SELECT $1, $2, coalesce(max(version), 0) + 1, '${datasetMoves.open.to}', $3
       FROM datasets WHERE finder = $1 AND name = $2
       ON CONFLICT (finder, name) WHERE ${current} DO NOTHING
       RETURNING id`,
      [finder, name, owner],
    );
    if (created) return { id: created.id, state: datasetMoves.open.to, created: true };
    const [existing] = await query<Omit<Opened, "created">>(
      `SELECT id, state FROM datasets WHERE finder = $1 AND name = $2 AND ${current}`,
      [finder, name],
    );
    if (existing) {
      await markUsed(query, existing.id);
      return { ...existing, created: false };
    }
  }
  throw new Error(`The dataset ${finder}://${name} is created and removed again and again.`);
}

/** A version that is never current: its request alone uses it. */
export async function openApart(
  query: Query,
  finder: string,
  name: string,
  owner: string,
): Promise<number> {
  const [opened] = await query<{ id: number }>(
    `INSERT INTO datasets (finder, name, version, state, lookup_owner)
     SELECT $1, $2, coalesce(max(version), 0) + 1, '${datasetMoves.openApart.to}', $3
     FROM datasets WHERE finder = $1 AND name = $2
     RETURNING id`,
    [finder, name, owner],
  );
  if (!opened) throw new Error(`The dataset ${finder}://${name} was not recorded.`);
  return opened.id;
}

/** Requests that use the earlier version keep it. */
async function renewDataset(query: Query, finder: string, name: string): Promise<void> {
  const [ready] = await query<{ id: number }>(
    `SELECT id FROM datasets WHERE finder = $1 AND name = $2 AND state = ${datasetSql.ready}`,
    [finder, name],
  );
  if (ready) await moveDataset(query, ready.id, "renew");
}

/** Never waits: a submit must not wait for a lookup that is filling the dataset. */
async function markUsed(query: Query, id: number): Promise<void> {
  await query(
    `UPDATE datasets SET last_used_at = now() WHERE id IN (
       SELECT id FROM datasets WHERE id = $1 AND last_used_at < now() - interval '10 seconds'
       FOR NO KEY UPDATE SKIP LOCKED)`,
    [id],
  );
}

export interface Added {
  /** files that were new */
  added: number;
  total: number;
  /** how many files the finder has announced, if it did */
  announced: number | null;
  /** false: the list is already closed, and nothing was added */
  open: boolean;
}

/** Adds at most a chunk of files; a file that is already in the list adds nothing. */
export async function addFound(
  query: Query,
  keys: SealKeys,
  datasetId: number,
  files: readonly FoundFile[],
): Promise<Added> {
  return addChunk(query, datasetId, await recordedFiles(keys, files));
}

/** Adds the files of a user's own list, in the transaction of the submit. */
export async function addListed(
  query: Query,
  keys: SealKeys,
  datasetId: number,
  list: FileList<Replicas>,
): Promise<void> {
  for await (const { start, files: listed } of chunksOf(list, (replicas) => replicas)) {
    const files = listed.map((replicas) => ({ paths: [replicas].flat() }));
    await addChunk(query, datasetId, await listedFiles(keys, files, start));
  }
}

/** Files of a list with positions, which may name one twice; at most a chunk of them. */
export async function addNumbered(
  query: Query,
  keys: SealKeys,
  datasetId: number,
  files: readonly FoundFile[],
  start: number,
): Promise<void> {
  await addChunk(query, datasetId, await listedFiles(keys, files, start));
}

/**
 * `seq` has no gaps and grows in commit order, because the dataset's row is locked: a request that
 * copies by cursor skips nothing. The lock is a statement of its own, since the next one must see
 * what was committed while this one waited. Known files are found by a key that carries the
 * dataset, in a scalar subquery, which the planner cannot turn into a join: without statistics,
 * every other way read all files of the dataset for each new one.
 */
async function addChunk(query: Query, datasetId: number, files: RecordedFile[]): Promise<Added> {
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
  const [sums] = await query<{ added: number; total: number }>(
    `WITH found AS (
       SELECT DISTINCT ON (key) paths, sha256(int8send($1::bigint) || key) AS path_key,
         size, events, checksum, place
       FROM unnest($2::text[], $3::bytea[], $4::bigint[], $5::bigint[], $6::text[])
         WITH ORDINALITY AS given(paths, key, size, events, checksum, place)
       ORDER BY key, place
     ), added AS (
       INSERT INTO files (dataset_id, seq, paths, path_key, size, events, checksum)
       SELECT $1, $7::bigint + row_number() OVER (ORDER BY place), paths::text[], path_key,
         size, events, checksum
       FROM found WHERE (SELECT f.id FROM files f WHERE f.path_key = found.path_key) IS NULL
       ORDER BY place
       RETURNING size, events
     ), sums AS (
       SELECT count(*) AS added, coalesce(sum(size), 0) AS size, coalesce(sum(events), 0) AS events
       FROM added
     )
     UPDATE datasets SET file_count = file_count + sums.added, size = datasets.size + sums.size,
       events = datasets.events + sums.events, updated_at = now()
     FROM sums WHERE datasets.id = $1
     RETURNING sums.added, file_count AS total`,
    [
      datasetId,
      files.map((file) => arrayLiteral(file.paths)),
      files.map((file) => file.key),
      files.map((file) => file.size ?? null),
      files.map((file) => file.events ?? null),
      files.map((file) => file.checksum ?? null),
      dataset.file_count,
    ],
  );
  await keepSecrets(query, datasetId, files);
  return {
    added: sums?.added ?? 0,
    total: sums?.total ?? 0,
    announced: dataset.announced,
    open: true,
  };
}

/**
 * Postgres has no arrays of arrays of different lengths, so each list of replicas is sent as text.
 */
export function arrayLiteral(paths: string[]): string {
  return `{${paths.map((path) => `"${path.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

const endMoves = {
  ready: "keep",
  stale: "spend",
  failed: "fail",
} as const satisfies Record<DatasetEnd["state"], Exclude<DatasetMove, OpeningMove>>;

/**
 * Closes the list once. Returns how it ended, or undefined if it is already closed or, with a
 * `token`, if another process has taken the lookup over. To be called in a transaction.
 */
export async function closeIn(
  query: Query,
  datasetId: number,
  closing: LookupEnd,
  token?: string,
): Promise<DatasetEnd | undefined> {
  const [open] = await query<{
    file_count: number;
    announced: number | null;
    has_secrets: boolean;
  }>(
    `SELECT file_count, announced, has_secrets FROM datasets
     WHERE id = $1 AND outcome IS NULL AND ($2::text IS NULL OR lookup_token = $2)
     FOR NO KEY UPDATE`,
    [datasetId, token ?? null],
  );
  if (!open) return undefined;
  const announced = closing.announced ?? open.announced ?? undefined;
  const end = datasetEndOf({ ...closing, announced }, open.file_count, open.has_secrets);
  // One that was removed during its lookup is stale already and stays so, unless the lookup failed.
  await moveDataset(query, datasetId, endMoves[end.state]);
  await query(
    `UPDATE datasets SET outcome = $2, reason = $3, incomplete = $4, announced = $5,
       lookup_token = NULL, lookup_until = NULL, updated_at = now()
     WHERE id = $1`,
    [datasetId, end.outcome, end.reason, end.incomplete, announced ?? null],
  );
  return end;
}
