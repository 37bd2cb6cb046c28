// The one writer of an account's state.
import type { PeopleTx } from "../db/people.ts";
import { type UserMove, userMoves } from "./state.ts";

/** Returns whether it happened: the account was in a state that the move leaves. */
export async function moveUser(db: PeopleTx, id: string, move: UserMove): Promise<boolean> {
  const { from, to } = userMoves[move];
  const now = new Date();
  const { count } = await db.users.updateMany({
    where: { id, state: { in: [...from] } },
    data: {
      state: to,
      state_at: now,
      updated_at: now,
      // S3 keys of a person's requests are checked by this alone, with identity off, too.
      suspended_at: mayWork.has(to) ? null : now,
    },
  });
  if (count > 0 && endsSessions.has(move)) await db.sessions.deleteMany({ where: { user_id: id } });
  return count > 0;
}

/** Who signs in again after these is told how their account stands, and may do nothing else. */
const endsSessions: ReadonlySet<UserMove> = new Set(["reject", "suspend", "remove"]);

const mayWork: ReadonlySet<string> = new Set([userMoves.approve.to]);
