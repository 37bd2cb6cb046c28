import type { Deps } from "../../deps.ts";
import { pause } from "../../time.ts";

const gatherMilliseconds = 100;

interface Times {
  signal: AbortSignal;
  /** asked before each piece of work, as a leader's term; by default it may always be done */
  confirm?(): Promise<boolean>;
}

/** Does `work` after each notification of the channel, and at least once in so many seconds. */
export async function repeat(
  ctx: Deps<"log" | "notifier">,
  { signal, confirm = async () => true }: Times,
  channel: string,
  seconds: number,
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      if (await confirm()) await work();
    } catch (error) {
      ctx.log.warn({ err: error }, "a duty of the scheduler failed; it is tried again");
    }
    await ctx.notifier.wait(channel, seconds, signal);
    // Notifications that arrive close together cause one run.
    await pause(gatherMilliseconds, signal);
  }
}
