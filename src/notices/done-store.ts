import type { Query } from "../db/client.ts";
import type { StoredRequestState } from "../requests/state.ts";
import { userMoves } from "../users/state.ts";
import type { NoticeKind } from "./state.ts";

const kind: NoticeKind = "done";

/**
 * In the transaction that ends the request, for owners who want to be told: once for each of its
 * rounds.
 */
export async function addDone(query: Query, request: string): Promise<void> {
  await query(
    `INSERT INTO notices (kind, key, user_id, request_id)
     SELECT $2::text, $2 || ' ' || requests.id::text || ' ' || requests.round::text, users.id,
       requests.id
     FROM requests JOIN users ON users.id = requests.owner
     WHERE requests.id = $1 AND users.mail_when_done AND users.email IS NOT NULL
       AND users.state = '${userMoves.approve.to}'
     ON CONFLICT DO NOTHING`,
    [request, kind],
  );
}

export interface EndedRequest {
  title: string | null;
  state: StoredRequestState;
  done: number;
  failed: number;
}

export async function endedRequest(query: Query, id: string): Promise<EndedRequest | undefined> {
  const [row] = await query<EndedRequest>(
    `SELECT requests.title, requests.state, coalesce(sum(steps.done), 0)::bigint AS done,
       coalesce(sum(steps.failed), 0)::bigint AS failed
     FROM requests JOIN request_steps AS steps ON steps.request_id = requests.id
     WHERE requests.id = $1 GROUP BY requests.id`,
    [id],
  );
  return row;
}
