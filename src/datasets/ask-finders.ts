import { randomUUID } from "node:crypto";
import type { Deps } from "../deps.ts";
import { finderQueue, plainFinderQueue } from "../queue/celery.ts";
import type { FinderQueues } from "../queue/finder-queues.ts";
import { lostQuestions, queueOf, type SchemeLook, settleSeconds } from "./ask-again.ts";
import {
  type AskedLookup,
  claimAgain,
  markAsked,
  nameTask,
  openAsked,
  unwantedAsked,
} from "./ask-store.ts";
import { callOff } from "./call-off.ts";
import { closeDataset } from "./fill.ts";
import { claimLookups, releaseLookup } from "./lookup-store.ts";
import { moveDataset } from "./move-store.ts";

const pollSeconds = 2;
const lookSeconds = 10;
const mostAtOnce = 100;
/** A broker that is away is asked again after this. */
const retrySeconds = 5;

/** Where finders of others call, which append the dataset to it; messages to them have it. */
export const finderCallsPath = "/servicex/internal/transformation";

type AskDeps = Deps<
  "config" | "db" | "finderQueues" | "finders" | "ledger" | "log" | "notifier" | "urls"
>;

/**
 * Asks the finders of others for the lookups that wait for them, and again where the question was
 * lost. Without a broker nothing is sent: they call by themselves.
 */
export async function askFinders(ctx: AskDeps, signal: AbortSignal): Promise<void> {
  if (!ctx.finderQueues) return;
  const token = randomUUID();
  let looked = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    const notified = ctx.notifier.wait("lookup", pollSeconds, signal);
    try {
      const looks = performance.now() - looked > lookSeconds * 1000;
      if (looks) looked = performance.now();
      await askOnce(ctx, token, { looks, signal });
    } catch (error) {
      ctx.log.warn({ err: error }, "finders could not be asked; trying again");
    }
    await notified;
  }
}

/** One round. `looks`: at the queues too, for questions that were lost. */
export async function askOnce(
  ctx: AskDeps,
  token: string,
  { looks, signal }: { looks: boolean; signal?: AbortSignal },
): Promise<void> {
  const { finderQueues: queues } = ctx;
  const schemes = ctx.config.didSchemes.filter((scheme) => !ctx.finders.has(scheme));
  if (!queues || schemes.length === 0) return;
  await endUnwanted(ctx, schemes);
  await askNew(ctx, queues, schemes, { token, signal });
  if (looks) await askLost(ctx, queues, schemes);
}

async function askNew(
  ctx: AskDeps,
  queues: FinderQueues,
  schemes: string[],
  { token, signal }: { token: string; signal: AbortSignal | undefined },
): Promise<void> {
  const { query } = ctx.db;
  const claimed = await claimLookups(query, {
    finders: schemes,
    token,
    leaseSeconds: ctx.config.leaseSeconds,
    limit: mostAtOnce,
    mostOfOwner: mostAtOnce,
  });
  const looks = new Map<string, SchemeLook>();
  for (const [index, { id }] of claimed.entries()) {
    try {
      signal?.throwIfAborted();
      const lookup = await nameTask(query, id, token, randomUUID());
      if (!lookup) continue;
      if (!lookup.request) {
        await releaseLookup(query, id, token, { seconds: pollSeconds, counted: false });
        continue;
      }
      const look = looks.get(lookup.finder) ?? (await lookAt(queues, lookup.finder));
      looks.set(lookup.finder, look);
      const queue = queueOf(lookup.finder, look);
      await ask(ctx, queues, queue, lookup, lookup.request);
      await markAsked(query, id, token, queue);
    } catch (error) {
      // A broker that is away answers none of the others either.
      for (const left of claimed.slice(index))
        await releaseLookup(query, left.id, token, { seconds: retrySeconds, counted: false });
      throw error;
    }
  }
}

async function ask(
  { urls }: Deps<"urls">,
  queues: FinderQueues,
  queue: string,
  { id, finder, name, task }: AskedLookup,
  request: string,
): Promise<void> {
  const endpoint = `${urls.internal()}${finderCallsPath}`;
  await queues.ask(queue, { scheme: finder, name, dataset: id, request, endpoint, task });
}

async function askLost(ctx: AskDeps, queues: FinderQueues, schemes: string[]): Promise<void> {
  const open = await openAsked(ctx.db.query, schemes, settleSeconds);
  for (const scheme of new Set(open.map(({ finder }) => finder))) {
    const look = await lookAt(queues, scheme);
    const queue = queueOf(scheme, look);
    const ofScheme = open.filter(({ finder }) => finder === scheme);
    for (const lookup of lostQuestions(scheme, ofScheme, look)) {
      if (!lookup.request || !(await claimAgain(ctx.db.query, lookup, queue))) continue;
      await ask(ctx, queues, queue, lookup, lookup.request);
      ctx.log.info(
        { dataset: lookup.id, finder: scheme, times: lookup.times + 1 },
        "a finder was asked again: the question was lost",
      );
    }
  }
}

async function lookAt(queues: FinderQueues, scheme: string): Promise<SchemeLook> {
  return {
    celery: await queues.look(finderQueue(scheme)),
    plain: await queues.look(plainFinderQueue(scheme)),
  };
}

/**
 * As for lookups of this service: first the version is made stale, so that new requests get another
 * one; in the next round nobody can have joined it since.
 */
async function endUnwanted(ctx: AskDeps, schemes: string[]): Promise<void> {
  const { query } = ctx.db;
  for (const { id, task } of await unwantedAsked(query, schemes, { current: false })) {
    await closeDataset(ctx, id, {
      outcome: "internal_failure",
      reason: "The lookup was ended: no open request waits for it any longer.",
    });
    await callOff(ctx, task);
  }
  for (const { id } of await unwantedAsked(query, schemes, { current: true }))
    await moveDataset(query, id, "remove");
}
