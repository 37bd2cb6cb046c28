import { z } from "zod";
import { openManagement, virtualHostOf } from "./management.ts";

/**
 * How many messages of a queue its consumers have and have not acknowledged, as of some seconds
 * ago; undefined where it is not known.
 */
export type HeldMessages = (queue: string) => Promise<number | undefined>;

/** The broker has not counted yet, or does not count at all. */
const queueSchema = z.object({ messages_unacknowledged: z.int().min(0).optional() });

export function openHeldMessages(managementUrl: string, brokerUrl: string): HeldMessages {
  const management = openManagement(managementUrl);
  const queues = `queues/${virtualHostOf(brokerUrl)}`;
  return async (queue) => {
    const answer = await management.call("GET", `${queues}/${encodeURIComponent(queue)}`);
    if (answer === undefined) return undefined;
    const read = queueSchema.safeParse(answer);
    if (!read.success) throw management.notRabbit();
    return read.data.messages_unacknowledged;
  };
}
