import type { Deps } from "../deps.ts";
import { removeSettled } from "./notice-store.ts";

const keptDays = 90;
const dayMilliseconds = 86_400_000;

/**
 * Removes what was settled long ago and is about no account. A message about an account stays, so
 * that it is never sent again.
 */
export async function removeOldNotices({
  clock,
  config,
  people,
}: Deps<"clock" | "config" | "people">): Promise<number> {
  if (!config.identity) return 0;
  const before = new Date(clock.now().getTime() - keptDays * dayMilliseconds);
  return people.write((db) => removeSettled(db, before));
}
