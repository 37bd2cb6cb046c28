import { scope } from "./scope.ts";

/** As `isRedacted` of addresses/shown.ts, for texts of several addresses. */
const isRedacted = "'((://|https?:[\\\\/]*)\\[redacted\\]@|[?&#;]\\[redacted\\])'";

/** I13: an address that is shown without its secret has one to be read with. */
export const lostSecretsSql = `SELECT f.request_id AS request, f.file_id AS file,
    'its address is shown without a secret, and the secret is not kept' AS detail
  FROM request_files f JOIN files ON files.id = f.file_id
  WHERE ${scope("f.request_id")} AND array_to_string(files.paths, ' ') ~ ${isRedacted}
    AND NOT EXISTS (SELECT FROM file_secrets secrets WHERE secrets.file_id = files.id)
  UNION ALL
  SELECT f.request_id, f.file_id,
    'its location is shown without a secret, and the secret is not kept'
  FROM request_files f
  WHERE ${scope("f.request_id")} AND f.location ~ ${isRedacted}
    AND NOT EXISTS (SELECT FROM location_secrets secrets
      WHERE secrets.request_id = f.request_id AND secrets.file_id = f.file_id)`;
