import type { Query } from "../../db/client.ts";
import { acceptsWork, fileMoves } from "../state.ts";
import type { WorkKey } from "./started-rows-store.ts";

export interface HeldFile {
  location: string | null;
  paths: string[];
}

/**
 * Where a file may be read that this worker holds; undefined if it does not hold it. As everywhere,
 * a worker holds a file until the sweep has taken it away, which may be after the lease's end.
 */
export async function heldFile(
  query: Query,
  worker: string,
  { request, file, step, attempt }: WorkKey,
): Promise<HeldFile | undefined> {
  const [row] = await query<HeldFile>(
    `SELECT f.location, files.paths FROM request_files f
     JOIN requests r ON r.id = f.request_id AND ${acceptsWork("r")}
     JOIN files ON files.id = f.file_id
     WHERE f.request_id = $1 AND f.file_id = $2 AND f.step = $3 AND f.attempt = $4
       AND f.state = '${fileMoves.start.to}' AND f.worker = $5`,
    [request, file, step, attempt, worker],
    "held_file",
  );
  return row;
}
