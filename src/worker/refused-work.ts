// The steps of requests whose inputs this worker may not read: it does not ask for them for a
// while.
import type { WorkApi } from "./work-api.ts";

type Step = NonNullable<Parameters<WorkApi["claim"]>[0]["without"]>[number];

export interface RefusedWork {
  /** An input of this step could not be read. True for the first since one could. */
  add(step: Step): boolean;
  /** An input of this step was read. */
  remove(step: Step): void;
  /** The steps to leave out of a claim now. */
  current(): Step[];
  /** until one of them is asked for again; undefined if there is none */
  secondsLeft(): number | undefined;
}

const firstWaitMilliseconds = 1000;
const longestWaitMilliseconds = 60_000;
/** The oldest are asked for again. */
const mostSteps = 100;

export function makeRefusedWork(now = () => performance.now()): RefusedWork {
  const steps = new Map<string, { step: Step; until: number; wait: number }>();

  return {
    add({ request, step }) {
      const key = keyOf({ request, step });
      const known = steps.get(key);
      // Other files of the same claim are refused at the same moment.
      if (known && known.until > now()) return false;
      const wait = known
        ? Math.min(known.wait * 2, longestWaitMilliseconds)
        : firstWaitMilliseconds;
      steps.delete(key);
      steps.set(key, { step: { request, step }, until: now() + wait, wait });
      const [oldest] = steps.keys();
      if (steps.size > mostSteps && oldest !== undefined) steps.delete(oldest);
      return known === undefined;
    },
    remove: (step) => void steps.delete(keyOf(step)),
    current: () => waiting().map(({ step }) => step),
    secondsLeft() {
      const times = waiting().map(({ until }) => until - now());
      return times.length === 0 ? undefined : Math.min(...times) / 1000;
    },
  };

  function waiting() {
    return [...steps.values()].filter(({ until }) => until > now());
  }
}

function keyOf({ request, step }: Step): string {
  return `${request}.${step}`;
}
