// Accounts are deleted: one, those that wait, or everybody's.
import { type Caller, ownerOf } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { notFound, RequestError } from "../errors.ts";
import type { Actor } from "./acts.ts";
import { keepingAnAdmin } from "./admin-store.ts";
import { refuseOwn } from "./own-account.ts";
import { assertMay } from "./policy.ts";
import { removePeople } from "./remove-store.ts";
import { userMoves } from "./state.ts";

/** What the person submitted stays, for administrators to read. */
export async function removeUser(ctx: Deps<"people">, by: Actor, id: string): Promise<void> {
  if (by.kind !== "system") assertMay(by, "user.delete");
  refuseOwn(by, id);
  const removed = await ctx.people.write((db) =>
    keepingAnAdmin(db, () => removePeople(db, by, { id })),
  );
  if (removed.length === 0) throw notFound("account", id);
  ctx.people.changed(id);
}

/** Those that wait for approval. Returns how many there were. */
export async function removePending(ctx: Deps<"people">, caller: Caller): Promise<number> {
  assertMay(caller, "user.delete");
  const removed = await ctx.people.write((db) =>
    removePeople(db, caller, { state: userMoves.complete.to }),
  );
  for (const id of removed) ctx.people.changed(id);
  return removed.length;
}

/**
 * Everybody but the caller. Returns how many there were. Throws 409 with that number, and changes
 * nothing, unless the caller has named it.
 */
export async function removeEverybody(
  ctx: Deps<"people">,
  caller: Caller,
  confirmed: number | undefined,
): Promise<number> {
  assertMay(caller, "user.delete");
  const which = { id: { not: ownerOf(caller) ?? "" } };
  const removed = await ctx.people.write((db) =>
    keepingAnAdmin(db, async () => {
      const ids = await removePeople(db, caller, which);
      if (ids.length > 0 && ids.length !== confirmed) throw unconfirmed(ids.length);
      return ids;
    }),
  );
  for (const id of removed) ctx.people.changed(id);
  return removed.length;
}

function unconfirmed(count: number): RequestError {
  return new RequestError(
    409,
    "unconfirmed",
    `This would delete every account but your own (${count}) for good. ` +
      `If you mean that, repeat the call with ?confirm=${count}.`,
  );
}
