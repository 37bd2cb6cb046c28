import type { Deps } from "../../deps.ts";
import type { WorkerGroup } from "../../runner/contract.ts";
import { pause, within } from "../../time.ts";
import { sampleLoad, samplePace, saveWorkerGroups } from "./activity-store.ts";

const sampleMilliseconds = 5000;
const mostCheckMilliseconds = 2000;

/** Checks queue and store every few seconds, so that reading a status does not have to. */
export function startSampler(ctx: Deps<"activity" | "log" | "queue" | "store">): {
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  const sampling = (async () => {
    while (!stopping.signal.aborted) {
      await checkNeeds(ctx);
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

export async function checkNeeds({
  activity,
  queue,
  store,
}: Deps<"activity" | "queue" | "store">): Promise<void> {
  const record = async (name: "queue" | "store", check: Promise<void>) => {
    const failure = await failureOf(check);
    if (failure === undefined) activity.failures.delete(name);
    else activity.failures.set(name, failure);
  };
  await Promise.all([record("queue", queue.check()), record("store", store.check())]);
}

/** The leader writes what all processes answer from, in its term. */
export async function sampleForAll(
  { db, runner }: Deps<"db" | "runner">,
  wanted: readonly WorkerGroup[],
  term: number,
): Promise<void> {
  await samplePace(db.query);
  await sampleLoad(db.query);
  const statuses = runner.statuses();
  await saveWorkerGroups(
    db.query,
    wanted.flatMap(({ key, request = null, step = null, operations }) => {
      const status = statuses.get(key);
      if (!status) return [];
      return [{ key, request, step, operations, ...status }];
    }),
    term,
  );
}

async function failureOf(check: Promise<void>): Promise<string | undefined> {
  return within(mostCheckMilliseconds, check).then(
    () => undefined,
    (error: Error) => error.message,
  );
}
