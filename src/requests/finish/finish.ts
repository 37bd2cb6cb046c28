import { Readable } from "node:stream";
import type { Deps } from "../../deps.ts";
import type { FinishContext, FinishOutcome, Operation } from "../../operations/contract.ts";
import { attachmentObject } from "../attachments/names.ts";
import {
  claimFinish,
  type DueFinish,
  failFinish,
  failuresUpTo,
  postponeFinish,
  recordFinish,
  renewFinish,
  resultsOfStep,
} from "./finish-store.ts";

type FinishDeps = Deps<
  "advanceQueue" | "config" | "db" | "log" | "notifier" | "operations" | "store"
>;

const pollSeconds = 2;
const page = 500;

/** Calls `finish` of operations for requests whose files are all settled. */
export async function runFinishes(ctx: FinishDeps, signal: AbortSignal): Promise<void> {
  const names = [...ctx.operations.values()]
    .filter(({ finish }) => finish !== undefined)
    .map(({ name }) => name);
  if (names.length === 0) return;
  while (!signal.aborted) {
    try {
      const due = await claimFinish(ctx.db.query, names, ctx.config.leaseSeconds);
      if (due) await finishOne(ctx, due, signal);
      else await ctx.notifier.wait("finish", pollSeconds, signal);
    } catch (error) {
      ctx.log.warn({ err: error }, "a finish was not recorded; it is tried again");
      await ctx.notifier.wait("finish", pollSeconds, signal);
    }
  }
}

async function finishOne(ctx: FinishDeps, due: DueFinish, signal: AbortSignal): Promise<void> {
  const operation = ctx.operations.get(due.operation);
  if (!operation) return;
  const { leaseSeconds } = ctx.config;
  const renewing = setInterval(
    () => {
      renewFinish(ctx.db.query, due, leaseSeconds).catch((error: Error) =>
        ctx.log.warn(
          { err: error, request_id: due.request },
          "the lease of a finish was not renewed",
        ),
      );
    },
    (leaseSeconds * 1000) / 3,
  );
  try {
    await record(ctx, due, await outcomeOf(ctx, operation, due, signal), signal);
  } finally {
    clearInterval(renewing);
  }
  ctx.advanceQueue.add(due.request);
}

/** If `finish` throws, it is tried again. */
async function outcomeOf(
  ctx: FinishDeps,
  operation: Operation,
  due: DueFinish,
  signal: AbortSignal,
): Promise<FinishOutcome> {
  const { request, round, step, settings } = due;
  try {
    const outcome = await operation.finish?.(
      { request, round, step, settings },
      finishContext(ctx, due, signal),
    );
    return outcome ?? { status: "success", results: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    ctx.log.warn({ err: error, request_id: request, step }, "a finish failed");
    return { status: "retry", error: { class: "internal", message } };
  }
}

/** If the service stops meanwhile, the lease expires and another process calls `finish` again. */
async function record(
  ctx: FinishDeps,
  due: DueFinish,
  outcome: FinishOutcome,
  signal: AbortSignal,
): Promise<void> {
  if (outcome.status === "success") {
    await ctx.db.tx((query) => recordFinish(query, due, outcome.results));
    return;
  }
  if (signal.aborted) return;
  const reason = outcome.error.message;
  const isLast = due.failures + 1 >= ctx.config.fileAttempts;
  if (outcome.status === "failure" || isLast) await failFinish(ctx.db.query, due, reason);
  else await postponeFinish(ctx.db.query, due, { seconds: 2 ** due.failures, reason });
}

function finishContext(ctx: FinishDeps, due: DueFinish, signal: AbortSignal): FinishContext {
  const { request, round, step, operation } = due;
  const read = async (name: string) => {
    const found = await ctx.store.get(request, name);
    if (!found) throw new Error(`The store has no object ${JSON.stringify(name)}.`);
    return found.body;
  };
  return {
    facility: ctx.config.facility[operation] ?? {},
    signal,
    results: () => allResults(ctx, due),
    failures: () => allFailures(ctx, due),
    read,
    attachment: (name) => read(attachmentObject(name)),
    async put(base, body) {
      // An earlier claim, whose lease is over, may still be storing other content.
      const claim = due.claims === 1 ? "" : `.${due.claims}`;
      const name = `all-${round}-${step}${claim}-${base}`;
      const bytes = Buffer.isBuffer(body) ? body : Readable.from(body);
      return { name, ...(await ctx.store.put(request, name, bytes)) };
    },
  };
}

/** What a list of the context yields. */
type Given<List extends "results" | "failures"> =
  ReturnType<FinishContext[List]> extends AsyncIterable<infer Item> ? Item : never;

async function* allResults(
  ctx: Deps<"db">,
  { request, step }: DueFinish,
): AsyncGenerator<Given<"results">> {
  const read = (after: number) => resultsOfStep(ctx.db.query, request, step, after, page);
  for await (const { seq, checksum, details, ...result } of pagesOf(read, (row) => row.seq))
    yield { ...result, checksum: checksum ?? undefined, details: details ?? undefined };
}

async function* allFailures(
  ctx: Deps<"db">,
  { request, step }: DueFinish,
): AsyncGenerator<Given<"failures">> {
  const read = (after: number) => failuresUpTo(ctx.db.query, request, step, after, page);
  for await (const row of pagesOf(read, ({ file }) => file)) {
    const { file, replicas, class: faultClass, message } = row;
    const error = { class: faultClass ?? "internal", message: message ?? "No reason is known." };
    yield { file, replicas, error };
  }
}

/** Rows in their order, of which `read` gives the next `page` after a number. */
async function* pagesOf<Row>(
  read: (after: number) => Promise<Row[]>,
  numberOf: (row: Row) => number,
): AsyncGenerator<Row> {
  for (let after = 0; ; ) {
    const rows = await read(after);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) return;
    after = numberOf(last);
  }
}
