// An administrator shuts a person out, and lets them in again. Their tokens and S3 keys rest.
import type { Deps } from "../deps.ts";
import type { Actor } from "./acts.ts";
import { keepingAnAdmin } from "./admin-store.ts";
import { type Decided, decideOn } from "./decide-store.ts";
import { requireDecided } from "./decided.ts";
import { refuseOwn } from "./own-account.ts";
import { assertMay } from "./policy.ts";

/** Twice is once. */
export async function suspend(ctx: Deps<"people">, by: Actor, id: string): Promise<Decided> {
  if (by.kind !== "system") assertMay(by, "user.change");
  refuseOwn(by, id);
  const decided = await ctx.people.write((db) =>
    keepingAnAdmin(db, async () =>
      requireDecided(await decideOn(db, by, id, "suspend"), id, "suspend"),
    ),
  );
  ctx.people.changed(id);
  return decided;
}

/** Twice is once. */
export async function restore(ctx: Deps<"people">, by: Actor, id: string): Promise<Decided> {
  if (by.kind !== "system") assertMay(by, "user.change");
  const decided = await ctx.people.write(async (db) =>
    requireDecided(await decideOn(db, by, id, "restore"), id, "restore"),
  );
  ctx.people.changed(id);
  return decided;
}
