import type { Deps } from "../deps.ts";
import { markLeftFiles } from "./left-files-store.ts";

const chunk = 1000;

/** Tasks learn which files they have to abort or release; with a request, only its files. */
export async function markAllLeft(
  ctx: Deps<"ledger" | "notifier">,
  request: string | null = null,
): Promise<void> {
  let marked = 0;
  for (let last = chunk; last === chunk; ) {
    last = await markLeftFiles(ctx.ledger.query, { request, limit: chunk });
    marked += last;
  }
  if (marked > 0) ctx.notifier.notify("tasks");
}
