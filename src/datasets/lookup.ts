import { randomUUID } from "node:crypto";
import type { Deps } from "../deps.ts";
import { callOff } from "./call-off.ts";
import { closeDataset } from "./fill.ts";
import { lookUp } from "./look-up.ts";
import { claimLookups, lostLookups, overdueLookups, unwantedLookups } from "./lookup-store.ts";
import { moveDataset } from "./move-store.ts";

const pollSeconds = 2;

type LookupDeps = Deps<
  | "barred"
  | "config"
  | "db"
  | "finderQueues"
  | "finders"
  | "ledger"
  | "log"
  | "notifier"
  | "verifyingKeys"
>;

/** Lookups of this process, each with how to end it. */
type Running = Map<number, { ended: Promise<void>; abort: AbortController }>;

/**
 * Looks up datasets with the finders of this service, and ends lookups that outside finders left
 * unanswered. Resolves when the running lookups have ended or been given up.
 */
export async function runLookups(ctx: LookupDeps, signal: AbortSignal): Promise<void> {
  const token = randomUUID();
  const running: Running = new Map();
  while (!signal.aborted) {
    const notified = ctx.notifier.wait("lookup", pollSeconds, signal);
    try {
      await endUnwanted(ctx);
      await abortLost(ctx, running, token);
      await claimAndRun(ctx, running, token, signal);
      await endOverdue(ctx);
    } catch (error) {
      ctx.log.warn({ err: error }, "lookups could not be claimed; trying again");
    }
    await notified;
  }
  await Promise.allSettled([...running.values()].map(({ ended }) => ended));
}

async function claimAndRun(
  ctx: LookupDeps,
  running: Running,
  token: string,
  stopping: AbortSignal,
): Promise<void> {
  const { leaseSeconds, finderProcesses } = ctx.config;
  const limit = finderProcesses - running.size;
  if (limit === 0) return;
  for (const lookup of await claimLookups(ctx.db.query, {
    finders: [...ctx.finders.keys()],
    token,
    leaseSeconds,
    limit,
    mostOfOwner: Math.floor(finderProcesses / 2),
  })) {
    // Its lease had expired while it ran on here
    if (running.has(lookup.id)) continue;
    const abort = new AbortController();
    const ended = lookUp(ctx, lookup, token, AbortSignal.any([stopping, abort.signal]))
      .catch((error: Error) =>
        ctx.log.warn(
          { err: error, dataset: lookup.id },
          "a lookup failed; it is taken again when its lease has expired",
        ),
      )
      .finally(() => {
        running.delete(lookup.id);
        ctx.notifier.notify("lookup");
      });
    running.set(lookup.id, { ended, abort });
  }
}

/** Lookups that were closed meanwhile, or taken over, stop here. */
async function abortLost(ctx: Deps<"db">, running: Running, token: string): Promise<void> {
  if (running.size === 0) return;
  for (const id of await lostLookups(ctx.db.query, [...running.keys()], token))
    running.get(id)?.abort.abort();
}

/**
 * A lookup ends when all its requests were canceled or have ended. First its version is made stale,
 * so that new requests get another one; in the next round nobody can have joined it since.
 */
async function endUnwanted(ctx: Deps<"db" | "finders" | "ledger" | "notifier">): Promise<void> {
  const finders = [...ctx.finders.keys()];
  const query = ctx.db.query;
  for (const id of await unwantedLookups(query, finders, { current: false }))
    await closeDataset(ctx, id, {
      outcome: "internal_failure",
      reason: "The lookup was ended: no open request waits for it any longer.",
    });
  for (const id of await unwantedLookups(query, finders, { current: true }))
    await moveDataset(query, id, "remove");
}

async function endOverdue(
  ctx: Deps<"config" | "db" | "finderQueues" | "finders" | "ledger" | "log" | "notifier">,
): Promise<void> {
  const { lookupSeconds } = ctx.config;
  for (const { id, announced, task } of await overdueLookups(
    ctx.db.query,
    [...ctx.finders.keys()],
    lookupSeconds,
  )) {
    const silence = `no answer: the finder did not call for ${lookupSeconds} seconds.`;
    await closeDataset(
      ctx,
      id,
      announced === null ? { outcome: "internal_failure", reason: silence } : { outcome: "found" },
    );
    if (announced === null) await callOff(ctx, task);
  }
}
