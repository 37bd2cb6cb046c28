import type { Deps } from "../deps.ts";
import { UnavailableError } from "../errors.ts";
import { explained } from "../system-problem.ts";
import { findersWithout } from "./barred.ts";
import type { FoundFile, LookupOutcome } from "./contract.ts";
import { closeDataset, fillDataset, TooManyFilesError } from "./fill.ts";
import { type LookupEnd, lookupEnded, lookupTooLong } from "./lookup-end.ts";
import { keepLease } from "./lookup-lease.ts";
import { type Lookup, markExternal, releaseLookup } from "./lookup-store.ts";

const mostTries = 3;

type LookUpDeps = Deps<
  "barred" | "config" | "db" | "finders" | "ledger" | "log" | "notifier" | "verifyingKeys"
>;

/** Looks up one dataset, which this process holds by the token, and closes it. */
export async function lookUp(
  ctx: LookUpDeps,
  lookup: Lookup,
  token: string,
  stopping: AbortSignal,
): Promise<void> {
  const { seconds } = ctx.config.finderLimits;
  const close = (end: LookupEnd) => closeDataset(ctx, lookup.id, end, token);
  // A lookup that crashes its process must not do so for ever
  if (lookup.tries > mostTries) {
    await close(failed(`The service ended ${mostTries} times while it looked this up.`));
    return;
  }
  const lease = keepLease(ctx, lookup.id, token, stopping);
  const deadline = startDeadline(seconds - lookup.seconds);
  const signal = AbortSignal.any([lease.signal, deadline.signal]);
  try {
    const outcome = await Promise.race([find(ctx, lookup, signal), aborted(signal)]);
    if (outcome.outcome === "elsewhere") await markExternal(ctx.db.query, lookup.id, token);
    else await close(lookupEndOf(outcome));
  } catch (error) {
    const worked = lease.worked();
    if (error instanceof TooManyFilesError) await close(lookupEnded(error.message));
    else if (deadline.signal.aborted && !lease.signal.aborted) await close(lookupTooLong(seconds));
    else if (signal.aborted || error instanceof UnavailableError)
      await releaseLookup(ctx.db.query, lookup.id, token, { counted: false, worked });
    else await failOrTryAgain(ctx, lookup, token, { error: error as Error, worked });
  } finally {
    deadline.clear();
    lease.release();
  }
}

async function find(
  ctx: Deps<"barred" | "config" | "finders" | "ledger" | "notifier" | "verifyingKeys">,
  { id, finder, name, owner, shared }: Lookup,
  signal: AbortSignal,
): Promise<LookupOutcome> {
  const give = async (files: FoundFile[]) => {
    signal.throwIfAborted();
    const { open } = await fillDataset(ctx, id, files);
    if (!open) throw new Error("The list was closed meanwhile.");
  };
  const barred = await ctx.barred.of(owner);
  const found = findersWithout(ctx.finders, barred).get(finder);
  // Since it was opened; those who wait for it with them would miss files, or see too many.
  if (barred && shared && found?.without) return rightsChanged;
  if (!found) throw new Error(`The finder ${finder} is no longer offered.`);
  return found.find(name, give, signal);
}

const rightsChanged = {
  outcome: "internal_failure",
  reason:
    "The lookup was ended: what the person whose request began it may read has changed. Submit " +
    "the request again.",
} as const;

async function failOrTryAgain(
  ctx: Deps<"db" | "ledger" | "log" | "notifier">,
  lookup: Lookup,
  token: string,
  { error, worked }: { error: Error; worked: number },
): Promise<void> {
  ctx.log.warn({ err: error, dataset: lookup.id, try: lookup.tries }, "a lookup failed");
  if (lookup.tries < mostTries)
    return releaseLookup(ctx.db.query, lookup.id, token, {
      seconds: 2 ** (lookup.tries - 1),
      worked,
    });
  await closeDataset(
    ctx,
    lookup.id,
    failed(`The lookup failed ${mostTries} times: ${explained(error)}.`),
    token,
  );
}

function lookupEndOf(outcome: Exclude<LookupOutcome, { outcome: "elsewhere" }>): LookupEnd {
  if (outcome.outcome !== "found") return outcome;
  return {
    outcome: "found",
    reason: outcome.incomplete ?? outcome.nothing ?? outcome.leftOut,
    incomplete: outcome.incomplete !== undefined,
  };
}

function failed(reason: string): LookupEnd {
  return { outcome: "internal_failure", reason };
}

/** What a lookup has left of its time, whatever restarts it. */
function startDeadline(seconds: number): { signal: AbortSignal; clear: () => void } {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), Math.max(seconds, 0) * 1000);
  return { signal: deadline.signal, clear: () => clearTimeout(timer) };
}

/** Rejects on abort, so that a finder that ignores its signal blocks nothing. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
