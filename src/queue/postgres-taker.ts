import type { Query } from "../db/client.ts";
import { forgetExpired } from "./forget-expired.ts";
import { LowWaterMarks } from "./postgres-low-water.ts";
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
 * Takes messages after the last that was taken, and from the topic's low-water mark on when these
 * are too few or some seconds have passed.
 */
export function makeTaker(
  query: Query,
  now = () => performance.now(),
  takenBetweenLooks = 5_000,
): Take {
  /** in the order of `until`: a place that moves on keeps it */
  const places = new Map<string, Place>();
  const marks = new LowWaterMarks(query, now, takenBetweenLooks);

  async function takeAfter(id: number, topic: string, max: number, leaseSeconds: number) {
    const rows = await takeMessages(query, topic, id, max, leaseSeconds);
    const ids = rows.map((row) => row.id);
    const { until = now() + placeMilliseconds, id: known = 0 } = places.get(topic) ?? {};
    if (rows.length < max) places.delete(topic);
    // Two takes at once may end in any order.
    else places.set(topic, { id: Math.max(known, ...ids), until });
    marks.noteTaken(topic, ids);
    return rows;
  }

  return async (topic, max, leaseSeconds) => {
    // Before messages are taken: if the look fails, none waits for the end of its lease.
    const mark = await marks.of(topic);
    forgetExpired(places, now());
    const start = Math.max(mark, places.get(topic)?.id ?? 0);
    const rows = await takeAfter(start, topic, max, leaseSeconds);
    const rest = max - rows.length;
    if (start === mark || rest === 0) return rows;
    return [...rows, ...(await takeAfter(mark, topic, rest, leaseSeconds))];
  };
}
