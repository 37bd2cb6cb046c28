import type { Query } from "../db/client.ts";
import type { RecordedFile } from "./file-keys.ts";

/**
 * Keeps the secrets of files that were just added. A file that was known keeps the newest, since an
 * earlier signature may have expired. Most chunks have none, and send no statement.
 */
export async function keepSecrets(
  query: Query,
  datasetId: number,
  files: readonly RecordedFile[],
): Promise<void> {
  const secret = files.filter(({ sealed }) => sealed !== null);
  if (secret.length === 0) return;
  await query(
    `INSERT INTO file_secrets (file_id, sealed)
     SELECT DISTINCT ON (files.id) files.id, given.sealed
     FROM unnest($2::bytea[], $3::bytea[]) WITH ORDINALITY AS given(key, sealed, place)
     JOIN files ON files.path_key = sha256(int8send($1::bigint) || given.key)
     ORDER BY files.id, given.place DESC
     ON CONFLICT (file_id) DO UPDATE SET sealed = excluded.sealed`,
    [datasetId, secret.map(({ key }) => key), secret.map(({ sealed }) => sealed)],
  );
  await query("UPDATE datasets SET has_secrets = true WHERE id = $1 AND NOT has_secrets", [
    datasetId,
  ]);
}
