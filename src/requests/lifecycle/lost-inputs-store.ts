import type { Query } from "../../db/client.ts";
import { fileMoves, sqlList } from "../state.ts";
import type { Chosen } from "./redrive-store.ts";

export interface MadeResult {
  id: number;
  file: number;
  step: number;
  name: string;
  size: number;
  checksum: string | null;
  etag: string | null;
}

/** What earlier steps made of the chosen failed files, as recorded, in pages by file. */
export function resultsOfEarlierSteps(
  query: Query,
  request: string,
  { errors, files }: Chosen,
  after: Pick<MadeResult, "file" | "id">,
  limit: number,
): Promise<MadeResult[]> {
  return query<MadeResult>(
    `SELECT results.id, f.file_id AS file, results.step, results.name, results.size,
       results.checksum, results.etag
     FROM request_files f JOIN results
       ON results.request_id = f.request_id AND results.file_id = f.file_id
         AND results.step < f.step AND results.deleted_at IS NULL
     WHERE f.request_id = $1 AND f.step > 1 AND f.state IN (${sqlList(fileMoves.redrive.from)})
       AND ($2::text[] IS NULL OR f.error_group = ANY($2))
       AND ($3::bigint[] IS NULL OR f.file_id = ANY($3))
       AND (f.file_id, results.id) > ($4::bigint, $5::bigint)
     ORDER BY f.file_id, results.id LIMIT $6`,
    [request, errors ?? null, files ?? null, after.file, after.id, limit],
    "results_of_earlier_steps",
  );
}

/** All that these steps made of these files: with a part of it, the next step would go wrong. */
export async function markLost(
  query: Query,
  request: string,
  lost: readonly Pick<MadeResult, "file" | "step">[],
): Promise<void> {
  await query(
    `UPDATE results SET deleted_at = now()
     FROM unnest($2::bigint[], $3::smallint[]) AS lost (file_id, step)
     WHERE results.request_id = $1 AND results.file_id = lost.file_id
       AND results.step = lost.step AND results.deleted_at IS NULL`,
    [request, lost.map(({ file }) => file), lost.map(({ step }) => step)],
  );
}
