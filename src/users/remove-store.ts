import type { PeopleTx } from "../db/people.ts";
import { type Actor, recordActs } from "./acts-store.ts";
import { moveUsers } from "./move-store.ts";
import { type UserState, userMoves } from "./state.ts";

/**
 * Removes these people: their ids and numbers stay, for the requests that they made, and nothing
 * else of them. Returns the ids.
 */
export async function removePeople(
  db: PeopleTx,
  by: Actor,
  which: { id?: string | { not: string }; state?: UserState },
): Promise<string[]> {
  const removed = await moveUsers(db, "remove", which);
  if (removed.length === 0) return removed;
  const where = { users: { state: userMoves.remove.to } };
  await db.identities.deleteMany({ where });
  await db.api_tokens.deleteMany({ where });
  await db.device_codes.deleteMany({ where });
  await db.access_keys.deleteMany({ where });
  await db.group_members.deleteMany({ where });
  await db.notices.deleteMany({ where });
  const acts = removed.map((subject) => ({ act: "user.delete", subject }) as const);
  await recordActs(db, by, acts);
  return removed;
}
