import { randomUUID } from "node:crypto";
import type { Deps } from "../deps.ts";
import { UnavailableError } from "../errors.ts";
import type { FoundFile, LookupOutcome } from "./contract.ts";
import { closeDataset, fillDataset } from "./fill.ts";
import type { LookupEnd } from "./lookup-end.ts";
import {
  claimLookups,
  type Lookup,
  markExternal,
  overdueLookups,
  releaseLookup,
  renewLookup,
} from "./lookup-store.ts";

const mostAtOnce = 4;
const mostTries = 3;
const pollSeconds = 2;

/**
 * Looks up datasets with the finders of this service, and ends lookups that outside finders left
 * unanswered. Resolves when the running lookups have ended or been given up.
 */
export async function runLookups(
  ctx: Deps<"config" | "db" | "finders" | "ledger" | "log" | "notifier">,
  signal: AbortSignal,
): Promise<void> {
  const running = new Set<Promise<void>>();
  while (!signal.aborted) {
    const notified = ctx.notifier.wait("lookup", pollSeconds, signal);
    try {
      await claimAndRun(ctx, running, signal);
      await endOverdue(ctx);
    } catch (error) {
      ctx.log.warn({ err: error }, "lookups could not be claimed; trying again");
    }
    await notified;
  }
  await Promise.allSettled(running);
}

async function claimAndRun(
  ctx: Deps<"config" | "db" | "finders" | "ledger" | "log" | "notifier">,
  running: Set<Promise<void>>,
  signal: AbortSignal,
): Promise<void> {
  const limit = mostAtOnce - running.size;
  if (limit === 0) return;
  const token = randomUUID();
  const { leaseSeconds } = ctx.config;
  for (const lookup of await claimLookups(ctx.db.query, {
    finders: [...ctx.finders.keys()],
    token,
    leaseSeconds,
    limit,
  })) {
    const one = lookUp(ctx, lookup, token, signal)
      .catch((error: Error) =>
        ctx.log.warn(
          { err: error, dataset: lookup.id },
          "a lookup failed; it is taken again when its lease has expired",
        ),
      )
      .finally(() => {
        running.delete(one);
        ctx.notifier.notify("lookup");
      });
    running.add(one);
  }
}

async function lookUp(
  ctx: Deps<"config" | "db" | "finders" | "ledger" | "log" | "notifier">,
  lookup: Lookup,
  token: string,
  stopping: AbortSignal,
): Promise<void> {
  // A lookup that crashes its process must not do so for ever.
  if (lookup.tries > mostTries) {
    await closeDataset(
      ctx,
      lookup.id,
      failed(`The service ended ${mostTries} times while it looked this up.`),
      token,
    );
    return;
  }
  const { signal, release } = keepLease(ctx, lookup.id, token, stopping);
  try {
    const answer = await Promise.race([find(ctx, lookup, signal), aborted(signal)]);
    if (answer.outcome === "elsewhere") await markExternal(ctx.db.query, lookup.id, token);
    else await closeDataset(ctx, lookup.id, lookupEndOf(answer), token);
  } catch (error) {
    if (signal.aborted || error instanceof UnavailableError)
      await releaseLookup(ctx.db.query, lookup.id, token, { counted: false });
    else await failOrTryAgain(ctx, lookup, token, error as Error);
  } finally {
    release();
  }
}

async function find(
  ctx: Deps<"finders" | "ledger" | "notifier">,
  { id, finder, name }: Lookup,
  signal: AbortSignal,
): Promise<LookupOutcome> {
  const give = async (files: FoundFile[]) => {
    signal.throwIfAborted();
    const { open } = await fillDataset(ctx, id, files);
    if (!open) throw new Error("The list was closed meanwhile.");
  };
  const found = ctx.finders.get(finder);
  if (!found) throw new Error(`The finder ${finder} is no longer offered.`);
  return found.find(name, give, signal);
}

async function failOrTryAgain(
  ctx: Deps<"db" | "ledger" | "log" | "notifier">,
  lookup: Lookup,
  token: string,
  error: Error,
): Promise<void> {
  ctx.log.warn({ err: error, dataset: lookup.id, try: lookup.tries }, "a lookup failed");
  if (lookup.tries < mostTries)
    return releaseLookup(ctx.db.query, lookup.id, token, { seconds: 2 ** (lookup.tries - 1) });
  await closeDataset(
    ctx,
    lookup.id,
    failed(`The lookup failed ${mostTries} times: ${error.message}`),
    token,
  );
}

function lookupEndOf(answer: Exclude<LookupOutcome, { outcome: "elsewhere" }>): LookupEnd {
  if (answer.outcome !== "found") return answer;
  return {
    outcome: "found",
    reason: answer.incomplete ?? answer.nothing,
    incomplete: answer.incomplete !== undefined,
  };
}

function failed(reason: string): LookupEnd {
  return { outcome: "internal_failure", reason };
}

/** The signal aborts when the service stops, the lease is lost or the lookup has ended. */
function keepLease(
  ctx: Deps<"config" | "db" | "log">,
  id: number,
  token: string,
  stopping: AbortSignal,
): { signal: AbortSignal; release: () => void } {
  const lost = new AbortController();
  const { leaseSeconds } = ctx.config;
  const renewing = setInterval(() => {
    renewLookup(ctx.db.query, id, token, leaseSeconds).then(
      (ours) => ours || lost.abort(),
      (error: Error) =>
        ctx.log.debug(
          { err: error, dataset: id },
          "a lookup's lease was not renewed; trying again soon",
        ),
    );
  }, leaseSeconds * 300);
  return {
    signal: AbortSignal.any([stopping, lost.signal]),
    release: () => clearInterval(renewing),
  };
}

/** Rejects on abort, so that a finder that ignores its signal blocks nothing. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function endOverdue(
  ctx: Deps<"config" | "db" | "finders" | "ledger" | "notifier">,
): Promise<void> {
  const { lookupSeconds } = ctx.config;
  for (const { id, announced } of await overdueLookups(
    ctx.db.query,
    [...ctx.finders.keys()],
    lookupSeconds,
  )) {
    const lookupEnd =
      announced === null
        ? failed(`no answer: the finder did not call for ${lookupSeconds} seconds.`)
        : ({ outcome: "found" } as const);
    await closeDataset(ctx, id, lookupEnd);
  }
}
