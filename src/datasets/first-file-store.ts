import type { Query } from "../db/client.ts";
import { datasetSql } from "./state.ts";

/**
 * The paths of the first file of a name's list, where a new request would use that list again. No
 * such list has secrets.
 */
export async function firstRemembered(
  query: Query,
  finder: string,
  name: string,
): Promise<string[] | undefined> {
  const [row] = await query<{ paths: string[] }>(
    `SELECT files.paths FROM files WHERE files.dataset_id = (
       SELECT id FROM datasets WHERE finder = $1 AND name = $2 AND state = ${datasetSql.ready})
     ORDER BY files.seq LIMIT 1`,
    [finder, name],
  );
  return row?.paths;
}
