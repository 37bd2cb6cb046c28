// The one writer of an account's state.
import type { PeopleTx } from "../db/people.ts";
import { type UserMove, type UserState, userMoves } from "./state.ts";

/** Returns whether it happened: the account was in a state that the move leaves. */
export async function moveUser(db: PeopleTx, id: string, move: UserMove): Promise<boolean> {
  return (await moveUsers(db, move, { id })).length > 0;
}

/** All of these that are in a state which the move leaves. Returns the ids of those that moved. */
export async function moveUsers(
  db: PeopleTx,
  move: UserMove,
  which: { id?: string | { not: string }; state?: UserState },
): Promise<string[]> {
  const { from, to } = userMoves[move];
  const now = new Date();
  const moved = await db.users.updateManyAndReturn({
    where: { AND: [which, { state: { in: [...from] } }] },
    data: {
      state: to,
      state_at: now,
      updated_at: now,
      // S3 keys of a person's requests are checked by this alone, with identity off, too.
      suspended_at: mayWork.has(to) ? null : now,
      ...(move === "remove" && nothing),
    },
    select: { id: true },
  });
  const ids = moved.map(({ id }) => id);
  if (ids.length > 0 && endsSessions.has(move))
    await db.sessions.deleteMany({ where: { user_id: { in: ids } } });
  return ids;
}

/** Who signs in again after these is told how their account stands, and may do nothing else. */
const endsSessions: ReadonlySet<UserMove> = new Set(["reject", "suspend", "remove"]);

const mayWork: ReadonlySet<string> = new Set([userMoves.approve.to]);

/** What a deleted account says of its person. */
const nothing = {
  name: null,
  email: null,
  email_verified: false,
  institution: null,
  experiment: null,
  mail_when_done: false,
  seen_at: null,
  admin: false,
};
