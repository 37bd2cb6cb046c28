import type { Deps } from "../../deps.ts";
import { openWork } from "./sweep-store.ts";

const serviceGroup = "service";

/** As many workers as there is work for, never more than the runner may have. */
export async function scaleWorkers(ctx: Deps<"db" | "operations" | "runner">): Promise<void> {
  if (ctx.runner.scope !== "service") return;
  const work = (await openWork(ctx.db.query)).filter(
    (row) => row.open > 0 && ctx.operations.has(row.operation),
  );
  const open = work.reduce((total, row) => total + row.open, 0);
  if (!open) return;
  await ctx.runner.start({
    id: serviceGroup,
    operations: [...ctx.operations.keys()],
    size: Math.min(open, ctx.runner.capacity),
  });
}
