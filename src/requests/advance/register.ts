import type { Deps } from "../../deps.ts";
import type { Slice } from "./advance-queue.ts";
import { type RequestFacts, readFacts, refreshStatistics } from "./advance-store.ts";
import { type PublishDeps, publishWork } from "./publish.ts";
import { registerFiles } from "./register-store.ts";

/** A request with no more files than this has no long work. */
export const fewFiles = 1000;

/** Registers files of the dataset; true if files are left for a slice for long work. */
export async function registerLeavesFiles(
  ctx: PublishDeps & Deps<"chunks">,
  request: RequestFacts,
  slice: Slice,
): Promise<boolean> {
  const first = request.steps[0]?.registered ?? 0;
  const isShort = first === 0 || request.datasetFiles - first <= fewFiles;
  let registered = first;
  while (registered < request.datasetFiles) {
    if (slice.long ? slice.isOver() : registered > first || !isShort) return true;
    const { done: added } = await ctx.chunks.register.run((rows) =>
      registerFiles(ctx.ledger, request.id, request.datasetId, rows),
    );
    if (!added) return false;
    if (grewTenfold(registered, registered + added)) await refreshStatistics(ctx.db.query);
    registered += added;
    // Work begins with the first chunk; the rest is registered while it is done.
    const facts = await readFacts(ctx.db.query, request.id);
    if (facts) await publishWork(ctx, facts, true);
  }
  return false;
}

function grewTenfold(before: number, after: number): boolean {
  if (after < 1000) return false;
  return before < 1000 || Math.floor(Math.log10(after)) > Math.floor(Math.log10(before));
}
