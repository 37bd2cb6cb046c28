// What this process has seen lately, kept in memory: how fast requests go, who asks for work, what is away. Nothing of it is the truth.

/** Steps of files that were finished in this round, at a time. */
export interface Sample {
  at: number;
  finished: number;
}

export interface Load {
  queued: number;
  running: number;
}

export interface RecentActivity {
  /** by operation, over all open requests */
  load: Map<string, Load>;
  /** what is away, each with a sentence */
  failures: Map<"queue" | "store" | "workers", string>;
  sample(request: string, round: number, finished: number): void;
  samplesOf(request: string): readonly Sample[];
  /** Requests that are open no more are forgotten. */
  keepOnly(requests: ReadonlySet<string>): void;
  recordClaim(operations: readonly string[]): void;
  /** seconds since a worker asked this process for such work; undefined: never */
  secondsSinceClaim(operation: string): number | undefined;
}

const windowMilliseconds = 300_000;
const leastGapMilliseconds = 2_000;

export function makeRecentActivity(now: () => number = Date.now): RecentActivity {
  const requests = new Map<string, { round: number; samples: Sample[] }>();
  const claimedAt = new Map<string, number>();
  return {
    load: new Map(),
    failures: new Map(),
    sample(request, round, finished) {
      const known = requests.get(request);
      const samples = known?.round === round ? known.samples : [];
      if (known?.samples !== samples) requests.set(request, { round, samples });
      const at = now();
      if (at - (samples.at(-1)?.at ?? 0) < leastGapMilliseconds) return;
      samples.push({ at, finished });
      while (at - (samples[0]?.at ?? at) > windowMilliseconds) samples.shift();
    },
    samplesOf: (request) => requests.get(request)?.samples ?? [],
    keepOnly(open) {
      for (const id of requests.keys()) if (!open.has(id)) requests.delete(id);
    },
    recordClaim(operations) {
      for (const operation of operations) claimedAt.set(operation, now());
    },
    secondsSinceClaim(operation) {
      const at = claimedAt.get(operation);
      return at === undefined ? undefined : (now() - at) / 1000;
    },
  };
}
