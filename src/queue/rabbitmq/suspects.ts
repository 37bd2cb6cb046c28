// A message that may have ended the process is delivered again. It is then handled alone, so that
// others do not suffer, and not a third time. A lost connection looks the same. Small messages
// cannot fill the memory and are not suspected: thousands come again whenever a connection drops.
import type { ConsumeMessage } from "amqplib";

const suspectFromBytes = 64 * 1024;
const header = "longshore-alone";

export type Suspicion = "none" | "again" | "alone" | "twice";

/**
 * `again`: it was delivered before and is published once more, with a header; `alone`: it has that
 * header; `twice`: it has the header and was delivered before.
 */
export function suspicionOf({ content, fields, properties }: ConsumeMessage): Suspicion {
  if (properties.headers?.[header] !== undefined) return fields.redelivered ? "twice" : "alone";
  return fields.redelivered && content.length > suspectFromBytes ? "again" : "none";
}

export const aloneHeaders = { [header]: "1" };

export const endedTwice =
  "Twice, the service ended or lost its connection before it had settled this message, " +
  "the second time alone.";
