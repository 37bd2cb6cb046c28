// For façades whose clients name a request by what they ask, not by an id of ours.
import { type Caller, ownerOf } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { readRequest } from "../read/request.ts";
import type { RequestView } from "../views.ts";
import { freeKey, requestOfKey } from "./submit-store.ts";

/** The caller's own request that was submitted with the idempotency key. */
export async function requestWithKey(
  ctx: Deps<"db">,
  caller: Caller,
  key: string,
): Promise<RequestView | undefined> {
  const owner = ownerOf(caller);
  const found = owner === undefined ? undefined : await requestOfKey(ctx.db.query, owner, key);
  return found && readRequest(ctx, found.id, caller);
}

/**
 * The next submit with the key makes a new request. Of callers who do this at the same moment each
 * one names the same request, so that none takes the key from the new one.
 */
export async function giveUpKey(
  ctx: Deps<"db">,
  caller: Caller,
  id: string,
  key: string,
): Promise<void> {
  const { id: own } = await readRequest(ctx, id, caller, "request.read");
  await freeKey(ctx.db.query, own, key);
}
