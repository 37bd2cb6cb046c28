// Writes ended requests into the ledger, and remembers which rows of ServiceX were taken. States
// and moves are those of the tables; all rows of a request are written in one transaction.
import type { Query } from "../db/client.ts";
import { importedOperation } from "../requests/imported.ts";
import { type FileState, type RequestMove, requestMoves } from "../requests/state.ts";
import type { HistoryRow } from "./outcome.ts";

export type ImportedKind = "user" | "dataset" | "request";

/** Two imports at once take nothing twice. Held until the end of the transaction. */
export async function lockImport(query: Query): Promise<void> {
  await query("SELECT pg_advisory_xact_lock(hashtext('longshore.import'))");
}

export async function newIdOf(
  query: Query,
  source: string,
  kind: ImportedKind,
  oldId: string,
): Promise<string | undefined> {
  const [row] = await query<{ new_id: string }>(
    "SELECT new_id FROM imported_rows WHERE source = $1 AND kind = $2 AND old_id = $3",
    [source, kind, oldId],
  );
  return row?.new_id;
}

/** A later one replaces it: of a dataset that was deleted with its last request. */
export async function noteImported(
  query: Query,
  source: string,
  kind: ImportedKind,
  ids: { old: string; new: string },
): Promise<void> {
  await query(
    `INSERT INTO imported_rows (source, kind, old_id, new_id) VALUES ($1, $2, $3, $4)
     ON CONFLICT (source, kind, old_id)
     DO UPDATE SET new_id = excluded.new_id, imported_at = now()`,
    [source, kind, ids.old, ids.new],
  );
}

export async function requestExists(query: Query, id: string): Promise<boolean> {
  return (await query("SELECT FROM requests WHERE id = $1", [id])).length > 0;
}

/** The version's row is kept until the end of the transaction, in which a request will use it. */
export async function datasetExists(query: Query, id: number): Promise<boolean> {
  return (await query("SELECT FROM datasets WHERE id = $1 FOR KEY SHARE", [id])).length > 0;
}

/** Ids of files of a dataset by their places, which begin with 1. */
export async function fileIds(
  query: Query,
  dataset: number,
  { first, last }: { first: number; last: number },
): Promise<number[]> {
  const rows = await query<{ id: number }>(
    "SELECT id FROM files WHERE dataset_id = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq",
    [dataset, first, last],
  );
  return rows.map((row) => row.id);
}

export interface EndedRequest {
  id: string;
  owner: string;
  title: string | null;
  datasetId: number;
  did: string | null;
  workers: number | null;
  /** JSON */
  settings: string;
  facade: Record<string, unknown>;
  /** from its submit to its end */
  moves: readonly RequestMove[];
  reason: string | null;
  /** as Postgres takes them */
  submittedAt: string;
  finishedAt: string;
}

/**
 * Its results count as expired: their objects are not in our store. The counters of its step follow
 * by `countFiles`, in the same transaction.
 */
export async function insertEnded(query: Query, request: EndedRequest): Promise<void> {
  const { id, owner, submittedAt, finishedAt, moves, reason } = request;
  const end = requestMoves[moves.at(-1) ?? "fail"].to;
  await query(
    `INSERT INTO requests (id, owner, title, state, reason, dataset_id, did, steps, workers, facade,
       created_on, created_at, started_at, finished_at, updated_at, results_deleted_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9,
       ($10::timestamptz AT TIME ZONE 'utc')::date, $10, $10, $11, $11,
       greatest(now(), $11::timestamptz + interval '1 second'))`,
    [
      id,
      owner,
      request.title,
      end,
      reason,
      request.datasetId,
      request.did,
      request.workers,
      request.facade,
      submittedAt,
      finishedAt,
    ],
  );
  await query(
    `INSERT INTO request_steps (request_id, step, operation, settings, settings_bytes)
     VALUES ($1, 1, '${importedOperation}', $2::jsonb, octet_length($2::jsonb::text))`,
    [id, request.settings],
  );
  const states = moves.map((move) => requestMoves[move].to);
  await query(
    `INSERT INTO request_moves (request_id, round, move, from_state, to_state, reason, at)
     SELECT $1, 1, move, from_state, to_state, reason, at
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
       WITH ORDINALITY AS given(move, from_state, to_state, reason, at, place)
     ORDER BY place`,
    [
      id,
      moves,
      states.map((_, index) => states[index - 1] ?? null),
      states,
      moves.map((_, index) => (index === moves.length - 1 ? reason : null)),
      moves.map((_, index) => (index < 2 ? submittedAt : finishedAt)),
    ],
  );
}

export interface EndedFile {
  id: number;
  state: FileState;
  attempt: number;
  at: string;
  history: HistoryRow[];
  error: { fingerprint: string; message: string } | undefined;
}

/** Rows of a chunk of its files, with their history in the order of its rows. */
export async function insertFiles(
  query: Query,
  request: Pick<EndedRequest, "id" | "submittedAt">,
  files: readonly EndedFile[],
): Promise<void> {
  await query(
    `INSERT INTO request_files (request_id, file_id, state, attempt, tries, error_group, updated_at)
     SELECT $1, id, state, attempt, least(attempt, 32767), error_group, at
     FROM unnest($2::bigint[], $3::text[], $4::int[], $5::text[], $6::timestamptz[])
       AS given(id, state, attempt, error_group, at)`,
    [
      request.id,
      files.map((file) => file.id),
      files.map((file) => file.state),
      files.map((file) => file.attempt),
      files.map((file) => file.error?.fingerprint ?? null),
      files.map((file) => file.at),
    ],
  );
  const rows = files.flatMap(({ id, history }) => history.map((row) => ({ ...row, id })));
  await query(
    `INSERT INTO file_status (request_created, request_id, file_id, step, attempt, status,
       timestamp, pod_name, info)
     SELECT ($8::timestamptz AT TIME ZONE 'utc')::date, $1, id, 1, attempt, status, at, pod, info
     FROM unnest($2::bigint[], $3::int[], $4::text[], $5::timestamptz[], $6::text[], $7::text[])
       WITH ORDINALITY AS given(id, attempt, status, at, pod, info, place)
     ORDER BY place`,
    [
      request.id,
      rows.map((row) => row.id),
      rows.map((row) => row.attempt),
      rows.map((row) => row.status),
      rows.map((row) => row.at),
      rows.map((row) => row.pod),
      rows.map((row) => row.info),
      request.submittedAt,
    ],
  );
}

/** What its failed files failed with. */
export async function insertErrorGroups(
  query: Query,
  request: string,
  groups: ReadonlyMap<string, string>,
): Promise<void> {
  await query(
    `INSERT INTO error_groups (request_id, fingerprint, class, message)
     SELECT $1, fingerprint, '${importedOperation}', message
     FROM unnest($2::text[], $3::text[]) AS given(fingerprint, message)`,
    [request, [...groups.keys()], [...groups.values()]],
  );
}

export interface Counted {
  done: number;
  failed: number;
  canceled: number;
  /** the most attempts of a file */
  attempts: number;
}

/** Once, after its file rows. */
export async function countFiles(query: Query, request: string, counted: Counted): Promise<void> {
  const { done, failed, canceled, attempts } = counted;
  await query(
    `UPDATE request_steps SET registered = $2::bigint + $3::bigint + $4::bigint, done = $2::bigint,
       failed = $3::bigint, canceled = $4::bigint, retry_attempts = $5
     WHERE request_id = $1`,
    [request, done, failed, canceled, Math.max(1, attempts)],
  );
}
