import { setTimeout as pause } from "node:timers/promises";

/**
 * Asks until the answer is neither undefined nor false, and answers it. What the question throws is
 * shown when time is over.
 */
export async function until<Answer>(
  question: () => Answer | Promise<Answer>,
  {
    timeoutSeconds = 90,
    everyMilliseconds = 25,
    what = "the condition",
  }: { timeoutSeconds?: number; everyMilliseconds?: number; what?: string } = {},
): Promise<NonNullable<Exclude<Answer, false>>> {
  const deadline = performance.now() + timeoutSeconds * 1_000;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await question();
      if (answer !== undefined && answer !== null && answer !== false)
        return answer as NonNullable<Exclude<Answer, false>>;
      last = answer;
    } catch (error) {
      last = error;
    }
    await pause(everyMilliseconds);
  }
  throw new Error(`Waited ${timeoutSeconds} s for ${what}; last: ${String(last)}`, { cause: last });
}
