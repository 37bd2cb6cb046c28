// What the leader does, done by a test that leads: no other process takes its place.
import type { Context, Deps } from "../../src/deps.ts";
import { sampleForAll } from "../../src/requests/monitor/sampler.ts";
import * as leader from "../../src/requests/scheduler/sweep.ts";
import type { WorkerGroup } from "../../src/runner/contract.ts";
import { until } from "./wait.ts";

export function sweep(ctx: Parameters<typeof leader.sweep>[0]): Promise<void> {
  return leader.sweep(ctx, () => true);
}

export function housekeep(ctx: Context): Promise<void> {
  return leader.housekeep(ctx, () => true);
}

/** In the term of the scheduler that leads. */
export async function sample(
  ctx: Deps<"db" | "runner">,
  wanted: readonly WorkerGroup[] = [],
): Promise<void> {
  const term = await until(async () => {
    const [row] = await ctx.db.query<{ term: number }>(
      "SELECT term FROM leaders WHERE duty = 'scheduler' AND expires_at > clock_timestamp()",
    );
    return row?.term;
  });
  await sampleForAll(ctx, wanted, term);
}
