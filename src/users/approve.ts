// An administrator lets a person in, or refuses them. A message about it is sent later: what keeps
// that from arriving changes nothing here.
import type { Deps } from "../deps.ts";
import { addNotices, decisionNotice, type NewNotice, noticesChannel } from "../notices/enqueue.ts";
import type { Actor } from "./acts.ts";
import { type Decided, decideOn } from "./decide-store.ts";
import { requireDecided } from "./decided.ts";
import { assertMay } from "./policy.ts";

export type { Decided } from "./decide-store.ts";

type Needed = Deps<"config" | "notifier" | "people">;

/** A message about what was decided, to be added with it. */
type Tell = (decided: Decided) => NewNotice | undefined;

/** Twice is once. Throws 409 for an account that was suspended. */
export function approve(ctx: Needed, by: Actor, id: string, tell?: Tell): Promise<Decided> {
  return decide(ctx, by, { id, move: "approve", kind: "welcome" }, tell);
}

/** Twice is once. Throws 409 for an account that was approved. */
export function reject(ctx: Needed, by: Actor, id: string, tell?: Tell): Promise<Decided> {
  return decide(ctx, by, { id, move: "reject", kind: "rejected" }, tell);
}

interface Wanted {
  id: string;
  move: "approve" | "reject";
  kind: "welcome" | "rejected";
}

async function decide(
  ctx: Needed,
  by: Actor,
  { id, move, kind }: Wanted,
  tell: Tell | undefined,
): Promise<Decided> {
  if (by.kind !== "system") assertMay(by, "user.change");
  const decided = await ctx.people.write(async (db) => {
    const found = requireDecided(await decideOn(db, by, id, move), id, move);
    const mail = found.changed ? decisionNotice(ctx, kind, id) : undefined;
    await addNotices(db, [mail, tell?.(found)]);
    return found;
  });
  if (decided.changed) ctx.people.changed(id);
  ctx.notifier.notify(noticesChannel);
  return decided;
}
