import type { Logger } from "pino";
import { within } from "../time.ts";
import type { Verdict } from "./contract.ts";

export type Handle = (bodies: unknown[]) => Promise<Verdict[]>;

/**
 * Above the 45 s for which a batch of reports waits for its database, and far below RabbitMQ's 30
 * minutes for an acknowledgement.
 */
const longestSeconds = 120;
const againInSeconds = 2;

/**
 * The verdicts of a handler, whatever it does: one that throws, hangs or miscounts gets its batch
 * again.
 */
export async function judge(handle: Handle, bodies: unknown[], log: Logger): Promise<Verdict[]> {
  try {
    const verdicts = await within(longestSeconds * 1000, handle(bodies));
    if (verdicts.length === bodies.length) return verdicts;
    throw new Error(`the handler gave ${verdicts.length} verdicts for ${bodies.length} messages`);
  } catch (error) {
    log.warn(
      { err: error, messages: bodies.length },
      "a batch of messages was not handled; it comes again",
    );
    return bodies.map(() => ({ againInSeconds }));
  }
}
