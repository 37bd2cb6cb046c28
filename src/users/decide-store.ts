import type { PeopleTx } from "../db/people.ts";
import { type Actor, recordAct } from "./acts-store.ts";
import { moveUser } from "./move-store.ts";
import { findPerson, type PersonRow } from "./people-store.ts";

/** Moves that an administrator makes with one account. */
export type Decision = "approve" | "reject" | "suspend" | "restore";

export interface Decided {
  /** false: it was so before, or cannot be so */
  changed: boolean;
  account: PersonRow;
}

/** Moves the account, with an act if that happened; undefined where there is none. */
export async function decideOn(
  db: PeopleTx,
  by: Actor,
  id: string,
  move: Decision,
): Promise<Decided | undefined> {
  const changed = await moveUser(db, id, move);
  if (changed) await recordAct(db, by, { act: `user.${move}`, subject: id });
  const account = await findPerson(db, id);
  return account && { changed, account };
}
