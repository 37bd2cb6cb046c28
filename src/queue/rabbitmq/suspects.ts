// A message that may have ended the process is delivered again. It is then handled alone, so that
// others do not suffer, a limited number of times: a lost connection, a frozen service and one that
// is killed by others look the same, so one such failure proves nothing. Small messages cannot fill
// the memory and are not suspected: thousands come again whenever a connection drops.
import type { ConsumeMessage } from "amqplib";

const suspectFromBytes = 64 * 1024;
const header = "longshore-alone";
/** Handled alone at most this often. A good message is held for milliseconds each time. */
const mostAlone = 5;

export type Suspicion = "none" | "again" | "alone" | "often";

/**
 * `again`: it was delivered before and is published once more, with a header that counts how often;
 * `alone`: it has that header; `often`: it was delivered in vain as often as it may be.
 */
export function suspicionOf(message: ConsumeMessage): Suspicion {
  const { content, fields } = message;
  const alone = aloneBefore(message);
  if (!fields.redelivered) return alone > 0 ? "alone" : "none";
  if (alone >= mostAlone) return "often";
  return alone > 0 || content.length > suspectFromBytes ? "again" : "none";
}

/** The headers of a copy that is handled alone; `failed`: this delivery of it has failed. */
export function aloneHeaders(message: ConsumeMessage, failed: boolean): Record<string, string> {
  return { [header]: String(aloneBefore(message) + (failed ? 1 : 0)) };
}

/** How often it was published to be handled alone; services of earlier versions say 1. */
function aloneBefore({ properties }: ConsumeMessage): number {
  const value: unknown = properties.headers?.[header];
  return value === undefined ? 0 : Math.max(1, Math.trunc(Number(value)) || 1);
}

export const endedOften =
  `${mostAlone + 1} times, the service ended or lost its connection before it had settled this ` +
  `message, ${mostAlone} times while it handled it alone.`;
