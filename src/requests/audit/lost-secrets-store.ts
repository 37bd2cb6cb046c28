import { scope } from "./scope.ts";

/** I13: an address that is shown without its secret has one to be read with. */
export const lostSecretsSql = `SELECT f.request_id AS request, f.file_id AS file,
    'its address is shown without a secret, and the secret is not kept' AS detail
  FROM request_files f JOIN files ON files.id = f.file_id
  WHERE ${scope("f.request_id")}
    AND array_to_string(files.paths, ' ') ~ '(://\\[redacted\\]@|[?&#;]\\[redacted\\])'
    AND NOT EXISTS (SELECT FROM file_secrets secrets WHERE secrets.file_id = files.id)`;
