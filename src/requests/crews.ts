import type { Context } from "../context.ts";
import { openWork } from "./sweep-store.ts";

const serviceCrew = "service";

/** As many workers as there is work for, never more than the runner may have. */
export async function fitCrews(ctx: Context): Promise<void> {
  if (ctx.runner.scope !== "service") return;
  const work = (await openWork(ctx.db.query)).filter((row) => row.open > 0 && ctx.operations.has(row.operation));
  const open = work.reduce((total, row) => total + row.open, 0);
  if (!open) return;
  await ctx.runner.start({ id: serviceCrew, operations: [...ctx.operations.keys()], size: Math.min(open, ctx.runner.capacity) });
}
