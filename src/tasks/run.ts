import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { runAgent } from "../agent/run.ts";
import type { Context } from "../deps.ts";
import type { ServiceContext, ServiceOperation } from "../operations/contract.ts";
import { isServiceOperation } from "../operations/offered.ts";
import { gather } from "./gather.ts";
import { markAllLeft } from "./left-files.ts";
import { localTaskApi } from "./local-api.ts";

const gatherSeconds = 1;

/**
 * The scheduler's part in service operations: gathers files, and does the tasks that no agent does.
 */
export async function runTasks(ctx: Context, signal: AbortSignal): Promise<void> {
  const offered = [...ctx.operations.values()].filter(isServiceOperation);
  if (offered.length === 0) return;
  const own = offered.filter(({ name }) => !ctx.config.agentOperations.includes(name));
  await Promise.all([keepGathering(ctx, signal), own.length > 0 && doTasks(ctx, own, signal)]);
}

/** Does what is due for the tasks of these operations in this process. */
export function doTasks(
  ctx: Context,
  operations: readonly ServiceOperation[],
  signal: AbortSignal,
): Promise<void> {
  return runAgent({
    api: localTaskApi(ctx, `scheduler ${hostname()} ${process.pid} ${randomUUID()}`),
    operations,
    contextOf: (operation, turn) => serviceContext(ctx, operation, turn),
    signal,
    log: ctx.log,
    isRefusal: () => false,
  });
}

async function keepGathering(ctx: Context, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await markAllLeft(ctx);
      await gather(ctx);
    } catch (error) {
      ctx.log.warn({ err: error }, "files were not gathered; trying again");
    }
    await ctx.notifier.wait("gather", gatherSeconds, signal);
  }
}

function serviceContext(ctx: Context, operation: string, signal: AbortSignal): ServiceContext {
  return {
    facility: ctx.config.facility[operation] ?? {},
    signal,
    log: ctx.log.child({ operation }),
    now: ctx.clock.now,
    query: ctx.db.query,
  };
}
