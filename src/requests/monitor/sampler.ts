import type { Deps } from "../../deps.ts";
import { pause, within } from "../../time.ts";
import { openProgress } from "./open-progress-store.ts";

const sampleMilliseconds = 5000;
const mostCheckMilliseconds = 2000;

/** Looks every few seconds at the counters of open requests and at what the service needs, so that a status read has only to remember. */
export function startSampler(ctx: Deps<"activity" | "db" | "log" | "queue" | "runner" | "store">): {
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  const sampling = (async () => {
    while (!stopping.signal.aborted) {
      await sampleOnce(ctx).catch((error: Error) =>
        ctx.log.debug({ err: error }, "the counters were not sampled; the next beat does"),
      );
      await pause(sampleMilliseconds, stopping.signal);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await sampling;
    },
  };
}

export async function sampleOnce(
  ctx: Deps<"activity" | "db" | "queue" | "runner" | "store">,
): Promise<void> {
  const [queue, store, workers] = await Promise.all([
    failureOf(ctx.queue.check()),
    failureOf(ctx.store.check()),
    workerFailure(ctx),
  ]);
  for (const [name, fault] of [
    ["queue", queue] as const,
    ["store", store] as const,
    ["workers", workers] as const,
  ]) {
    if (fault === undefined) ctx.activity.failures.delete(name);
    else ctx.activity.failures.set(name, fault);
  }
  await sampleProgress(ctx);
}

async function sampleProgress({ db, activity }: Deps<"activity" | "db">): Promise<void> {
  const requests = new Map<string, { round: number; finished: number }>();
  activity.load.clear();
  for (const { request, round, operation, finished, queued, running } of await openProgress(
    db.query,
  )) {
    const load = activity.load.get(operation) ?? { queued: 0, running: 0 };
    activity.load.set(operation, { queued: load.queued + queued, running: load.running + running });
    requests.set(request, { round, finished: finished + (requests.get(request)?.finished ?? 0) });
  }
  activity.keepOnly(new Set(requests.keys()));
  for (const [request, { round, finished }] of requests) activity.sample(request, round, finished);
}

function workerFailure({ runner }: Deps<"runner">): string | undefined {
  const statuses = [...runner.statuses().values()];
  if (statuses.some(({ running }) => running > 0)) return undefined;
  return statuses.flatMap(({ troubles }) => troubles)[0]?.sentence;
}

async function failureOf(check: Promise<void>): Promise<string | undefined> {
  return within(mostCheckMilliseconds, check).then(
    () => undefined,
    (error: Error) => error.message,
  );
}
