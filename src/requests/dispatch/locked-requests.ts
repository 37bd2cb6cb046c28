/** A step of a request, or a file of it. */
interface OfStep {
  request: string;
  step: number;
}

/**
 * Requests whose rows another transaction held for too long when their files were to start. They
 * are tried again apart from others, with short waits, and not at every claim.
 */
export interface LockedRequests {
  add(steps: OfStep[]): void;
  /** It was found locked, and nothing of it has started since. */
  has(request: string): boolean;
  /** Steps that were found locked a moment ago: claims leave them out. */
  resting(): OfStep[];
  /** Its files start again. */
  remove(request: string): void;
}

const restMilliseconds = 5_000;
const keepMilliseconds = 60_000;

export function makeLockedRequests(): LockedRequests {
  const stepsOf = new Map<string, Map<number, number>>();

  function removeOld(now: number): void {
    for (const [request, foundAt] of stepsOf)
      if (now - Math.max(...foundAt.values()) > keepMilliseconds) stepsOf.delete(request);
  }

  return {
    add(steps) {
      const now = performance.now();
      for (const { request, step } of steps)
        stepsOf.set(request, (stepsOf.get(request) ?? new Map<number, number>()).set(step, now));
    },
    has: (request) => stepsOf.has(request),
    resting() {
      const now = performance.now();
      removeOld(now);
      return [...stepsOf].flatMap(([request, foundAt]) =>
        [...foundAt]
          .filter(([, at]) => now - at < restMilliseconds)
          .map(([step]) => ({ request, step })),
      );
    },
    remove: (request) => void stepsOf.delete(request),
  };
}
