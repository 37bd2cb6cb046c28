// How often a person may type a code that there is not, in this process.
import type { RateLimiterMemory } from "rate-limiter-flexible";
import { TooManyError } from "../../errors.ts";

export interface Tries {
  /** Throws 429 for who has none left. */
  assertLeft(person: string): Promise<void>;
  wrong(person: string): Promise<void>;
}

const most = 10;
const seconds = 600;

export function makeTries(): Tries {
  let made: Promise<RateLimiterMemory> | undefined;
  const limiter = () => {
    made ??= import("rate-limiter-flexible").then(
      ({ RateLimiterMemory }) => new RateLimiterMemory({ points: most, duration: seconds }),
    );
    return made;
  };
  return {
    async assertLeft(person) {
      const used = await (await limiter()).get(person);
      if (used === null || used.consumedPoints < most) return;
      const wait = Math.ceil(used.msBeforeNext / 1_000);
      const minutes = Math.ceil(wait / 60);
      throw new TooManyError(
        "too_many_tries",
        `${most} codes in ${seconds / 60} minutes were wrong, which is as many as are allowed: ` +
          `try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`,
        wait,
      );
    },
    wrong: async (person) => void (await (await limiter()).penalty(person, 1)),
  };
}
