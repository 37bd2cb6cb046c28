import type { Caller } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { notFound } from "../errors.ts";
import { noteAdmin } from "../users/acts.ts";
import { assertMay } from "../users/policy.ts";
import {
  operationLimits,
  type SlotLimits,
  setOperationLimits,
  setUserShare,
  userShares,
} from "./limits-store.ts";

export interface LimitsView {
  operations: {
    operation: string;
    slots: number | null;
    slots_per_user: number | null;
    running: number;
    changed_at: string | null;
  }[];
  users: { owner: string; share: number; waiting: number; queued: number; running: number }[];
}

export async function readLimits(
  ctx: Deps<"db" | "operations">,
  caller: Caller,
): Promise<LimitsView> {
  assertMay(caller, "limits.read");
  return viewOf(ctx);
}

async function viewOf(ctx: Deps<"db" | "operations">): Promise<LimitsView> {
  const [operations, users] = await Promise.all([
    operationLimits(ctx.db.query, [...ctx.operations.keys()]),
    userShares(ctx.db.query),
  ]);
  return {
    operations: operations.map(({ operation, slots, slotsPerUser, running, changedAt }) => ({
      operation,
      slots,
      slots_per_user: slotsPerUser,
      running,
      changed_at: changedAt?.toISOString() ?? null,
    })),
    users,
  };
}

/** Applies from the next start on; files that already run continue. */
export async function limitOperation(
  ctx: Deps<"db" | "notifier" | "operations">,
  caller: Caller,
  operation: string,
  limits: SlotLimits,
): Promise<LimitsView> {
  assertMay(caller, "limits.change");
  if (!ctx.operations.has(operation)) throw notFound("operation", operation);
  const detail = { slots: limits.slots, slots_per_user: limits.slotsPerUser };
  await setOperationLimits(ctx.db, operation, limits, (query) =>
    noteAdmin(query, caller, { act: "limit.operation", subject: operation, detail }),
  );
  ctx.notifier.notify("work");
  ctx.notifier.notify("gather");
  return viewOf(ctx);
}

export async function shareOfUser(
  ctx: Deps<"db" | "operations">,
  caller: Caller,
  owner: string,
  share: number,
): Promise<LimitsView> {
  assertMay(caller, "limits.change");
  await ctx.db.tx(async (query) => {
    await setUserShare(query, owner, share);
    await noteAdmin(query, caller, { act: "limit.share", subject: owner, detail: { share } });
  });
  return viewOf(ctx);
}
