import type { Query } from "../../db/client.ts";
import { type RequestState, requestSql } from "../state.ts";

export interface KeysRow {
  owner: string;
  state: RequestState;
  /** the results of its last round were deleted for their age */
  expired: boolean;
  read_generation: number;
  write_generation: number;
}

export async function keysRow(query: Query, request: string): Promise<KeysRow | undefined> {
  const [row] = await query<KeysRow>(
    `SELECT requests.owner, requests.state,
       coalesce(requests.results_deleted_at > requests.finished_at, false) AS expired,
       coalesce(read_keys.generation, 0) AS read_generation,
       coalesce(write_keys.generation, 0) AS write_generation
     FROM requests
     LEFT JOIN object_key_generations read_keys
       ON read_keys.request_id = requests.id AND read_keys.kind = 'read'
     LEFT JOIN object_key_generations write_keys
       ON write_keys.request_id = requests.id AND write_keys.kind = 'write'
     WHERE requests.id = $1 AND requests.state <> ${requestSql.deleting}`,
    [request],
  );
  return row;
}

export async function raiseGenerations(
  query: Query,
  request: string,
  kinds: readonly string[],
): Promise<void> {
  await query(
    `INSERT INTO object_key_generations AS current (request_id, kind, generation)
     SELECT $1, kind, 1 FROM unnest($2::text[]) AS kind ORDER BY kind
     ON CONFLICT (request_id, kind)
       DO UPDATE SET generation = current.generation + 1, revoked_at = now()`,
    [request, kinds],
  );
}
