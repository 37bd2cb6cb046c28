import type { Query } from "../db/client.ts";
import { arrayLiteral } from "./store.ts";

export interface EarlierFile {
  id: number;
  dataset: number;
  finder: string;
  /** of the dataset */
  name: string;
  paths: string[];
}

export interface SeparatedFile extends EarlierFile {
  shown: string[];
  sealed: Buffer;
  key: Buffer;
}

/** Up to which file all were checked, and the last one. Concurrent calls go one after the other. */
export async function lockProgress(query: Query): Promise<{ after: number; last: number }> {
  await query("INSERT INTO service_identity DEFAULT VALUES ON CONFLICT DO NOTHING");
  const [row] = await query<{ after: number; last: number }>(
    `SELECT files_separated_to AS after, coalesce((SELECT max(id) FROM files), 0) AS last
     FROM service_identity FOR UPDATE`,
  );
  return row ?? { after: 0, last: 0 };
}

/** Only those that may hold a secret; whether they do is decided by the rules for addresses. */
export function earlierFiles(query: Query, after: number, to: number): Promise<EarlierFile[]> {
  return query<EarlierFile>(
    `SELECT files.id, datasets.id AS dataset, datasets.finder, datasets.name, files.paths
     FROM files JOIN datasets ON datasets.id = files.dataset_id
     WHERE files.id > $1 AND files.id <= $2
       AND array_to_string(files.paths, ' ') ~ ':.*[?#;@]'
     ORDER BY files.id`,
    [after, to],
  );
}

/** A list that had its digest as its name: without a key it could be compared with guesses. */
export async function renameList(query: Query, id: number, name: string): Promise<void> {
  await query("UPDATE datasets SET name = $2 WHERE id = $1", [id, name]);
}

/** What tasks remember of these files, for when their request is deleted. */
export async function replaceRemembered(query: Query, files: SeparatedFile[]): Promise<void> {
  if (files.length === 0) return;
  await query(
    `UPDATE task_files SET replicas = given.shown::text[]
     FROM unnest($1::bigint[], $2::text[], $3::text[]) AS given(id, whole, shown)
     WHERE task_files.file_id = given.id AND task_files.replicas = given.whole::text[]`,
    [
      files.map(({ id }) => id),
      files.map(({ paths }) => arrayLiteral(paths)),
      files.map(({ shown }) => arrayLiteral(shown)),
    ],
  );
}

/** With the progress, so that a file is separated once. */
export async function keepSeparated(
  query: Query,
  files: SeparatedFile[],
  to: number,
): Promise<void> {
  await query(
    `WITH given AS (
       SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[])
         AS given(id, shown, key, sealed)
     ), renamed AS (
       UPDATE files SET paths = given.shown::text[],
         path_key = sha256(int8send(files.dataset_id) || given.key)
       FROM given WHERE files.id = given.id
     ), datasets_of_files AS (
       UPDATE datasets SET has_secrets = true
       WHERE id IN (SELECT files.dataset_id FROM files JOIN given ON given.id = files.id)
     ), kept AS (
       INSERT INTO file_secrets (file_id, sealed) SELECT id, sealed FROM given
       ON CONFLICT (file_id) DO NOTHING
     )
     UPDATE service_identity SET files_separated_to = $5`,
    [
      files.map(({ id }) => id),
      files.map(({ shown }) => arrayLiteral(shown)),
      files.map(({ key }) => key),
      files.map(({ sealed }) => sealed),
      to,
    ],
  );
}
