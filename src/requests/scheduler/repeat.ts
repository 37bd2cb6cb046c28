import type { Deps } from "../../deps.ts";
import { pause } from "../../time.ts";

const gatherMilliseconds = 100;

interface Times {
  signal: AbortSignal;
  /** asked before each piece of work, as a leader's term; by default it may always be done */
  confirm?(): Promise<boolean>;
}

/**
 * Does `work` after each notification of the channel, and at least once in so many seconds. A
 * notification that arrives during the work causes another run: the work may have looked before.
 */
export async function repeat(
  ctx: Deps<"log" | "notifier">,
  { signal, confirm = async () => true }: Times,
  channel: string,
  seconds: number,
  work: () => Promise<void>,
): Promise<void> {
  let isNotified = false;
  const off = ctx.notifier.on(channel, () => {
    isNotified = true;
  });
  while (!signal.aborted) {
    isNotified = false;
    try {
      if (await confirm()) await work();
    } catch (error) {
      ctx.log.warn({ err: error }, "a duty of the scheduler failed; it is tried again");
    }
    if (!isNotified) await ctx.notifier.wait(channel, seconds, signal);
    // Notifications that arrive close together cause one run.
    await pause(gatherMilliseconds, signal);
  }
  off();
}
