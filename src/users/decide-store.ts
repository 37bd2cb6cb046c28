import type { PeopleTx } from "../db/people.ts";
import { type Actor, recordAct } from "./acts-store.ts";
import { type Addressee, readAddressee } from "./addressee-store.ts";
import { moveUser } from "./move-store.ts";

export interface Decided {
  /** false: it was so before, or cannot be so */
  changed: boolean;
  account: Addressee;
}

/** Moves the account, with an act if that happened; undefined where there is none. */
export async function decideOn(
  db: PeopleTx,
  by: Actor,
  id: string,
  move: "approve" | "reject",
): Promise<Decided | undefined> {
  const changed = await moveUser(db, id, move);
  if (changed) await recordAct(db, by, { act: `user.${move}`, subject: id });
  const account = await readAddressee(db, id);
  return account && { changed, account };
}
