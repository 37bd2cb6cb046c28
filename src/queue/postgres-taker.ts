import type { Query } from "../db/client.ts";
import { type StoredMessage, takeMessages } from "./postgres-store.ts";

export type Take = (topic: string, max: number, leaseSeconds: number) => Promise<StoredMessage[]>;

interface Place {
  /** the last message that was taken */
  id: number;
  until: number;
}

/**
 * After this long, taking begins again at the start of the topic: messages that came back are
 * there, however many new ones arrive at its end.
 */
const placeMilliseconds = 5_000;

/**
 * Takes messages after the last that was taken, and from the start of the topic when these are too
 * few or some seconds have passed. From the start, each take would pass the entries of all messages
 * that were deleted: the index keeps them as long as any transaction has an older snapshot.
 */
export function makeTaker(query: Query, now = () => performance.now()): Take {
  const places = new Map<string, Place>();

  /** The map is in the order of `until`: a place that moves on keeps it. */
  function forgetOld(): void {
    for (const [topic, { until }] of places) {
      if (until > now()) return;
      places.delete(topic);
    }
  }

  async function takeAfter(id: number, topic: string, max: number, leaseSeconds: number) {
    const rows = await takeMessages(query, topic, id, max, leaseSeconds);
    const { until = now() + placeMilliseconds, id: known = 0 } = places.get(topic) ?? {};
    // Two takes at once may end in any order.
    const last = rows.reduce((most, row) => Math.max(most, row.id), known);
    if (rows.length < max) places.delete(topic);
    else places.set(topic, { id: last, until });
    return rows;
  }

  return async (topic, max, leaseSeconds) => {
    forgetOld();
    const after = places.get(topic)?.id ?? 0;
    const rows = await takeAfter(after, topic, max, leaseSeconds);
    const rest = max - rows.length;
    if (after === 0 || rest === 0) return rows;
    return [...rows, ...(await takeAfter(0, topic, rest, leaseSeconds))];
  };
}
