import type { Logger } from "pino";
import { within } from "../time.ts";
import type { Verdict } from "./contract.ts";

export type Handle = (bodies: unknown[]) => Promise<Verdict[]>;

/**
 * Longer than the 45 s that a batch of reports waits for its database, and far shorter than the 30
 * minutes that RabbitMQ allows for an acknowledgement.
 */
const longestSeconds = 120;
const againInSeconds = 2;

/**
 * The verdicts of a handler. If it throws, hangs or returns the wrong number, the batch is
 * delivered again.
 */
export async function judge(handle: Handle, bodies: unknown[], log: Logger): Promise<Verdict[]> {
  try {
    const verdicts = await within(longestSeconds * 1000, handle(bodies));
    if (verdicts.length === bodies.length) return verdicts;
    throw new Error(`the handler gave ${verdicts.length} verdicts for ${bodies.length} messages`);
  } catch (error) {
    log.warn(
      { err: error, messages: bodies.length },
      "a batch of messages was not handled; it is delivered again",
    );
    return bodies.map(() => ({ againInSeconds }));
  }
}
