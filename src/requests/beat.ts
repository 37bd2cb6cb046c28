import type { Context } from "../context.ts";
import { openProgress } from "./waiting-store.ts";

const beatSeconds = 5;
const mostCheckSeconds = 2;
const serviceCrew = "service";

/** Looks every few seconds at the counters of open requests and at what the service needs, so that a status read has only to remember. */
export function startBeat(ctx: Context): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const beating = (async () => {
    while (!stopping.signal.aborted) {
      await beat(ctx).catch((error: Error) => ctx.log.debug({ err: error }, "the counters were not sampled; the next beat does"));
      await ctx.doorbell.wait("never", beatSeconds, stopping.signal);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await beating;
    },
  };
}

export async function beat(ctx: Context): Promise<void> {
  const [queue, store, workers] = await Promise.all([faultOf(ctx.queue.check()), faultOf(ctx.store.check()), crewFault(ctx)]);
  for (const [name, fault] of [["queue", queue] as const, ["store", store] as const, ["workers", workers] as const]) {
    if (fault === undefined) ctx.pulse.faults.delete(name);
    else ctx.pulse.faults.set(name, fault);
  }
  await sampleProgress(ctx);
}

async function sampleProgress({ db, pulse }: Context): Promise<void> {
  const requests = new Map<string, { round: number; finished: number }>();
  pulse.load.clear();
  for (const { request, round, operation, finished, queued, running } of await openProgress(db.query)) {
    const load = pulse.load.get(operation) ?? { queued: 0, running: 0 };
    pulse.load.set(operation, { queued: load.queued + queued, running: load.running + running });
    requests.set(request, { round, finished: finished + (requests.get(request)?.finished ?? 0) });
  }
  pulse.keepOnly(new Set(requests.keys()));
  for (const [request, { round, finished }] of requests) pulse.sample(request, round, finished);
}

async function crewFault({ runner }: Context): Promise<string | undefined> {
  if (runner.scope !== "service") return undefined;
  const { running, reason } = await runner.poll(serviceCrew);
  return running === 0 ? reason : undefined;
}

async function faultOf(check: Promise<void>): Promise<string | undefined> {
  const late = new AbortController();
  const answered = check.then(
    () => undefined,
    (error: Error) => error.message,
  );
  const tooLate = new Promise<string>((resolve) => {
    const clock = setTimeout(() => resolve(`it did not answer within ${mostCheckSeconds} seconds`), mostCheckSeconds * 1000);
    late.signal.addEventListener("abort", () => clearTimeout(clock));
  });
  const fault = await Promise.race([answered, tooLate]);
  late.abort();
  return fault;
}
