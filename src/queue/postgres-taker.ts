import type { Query } from "../db/client.ts";
import { Floors } from "./postgres-floors.ts";
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
 * Takes messages after the last that was taken, and from the topic's floor when these are too few
 * or some seconds have passed. From the start of the topic, each take would pass the entries of all
 * messages that were deleted: the index keeps them until a vacuum.
 */
export function makeTaker(
  query: Query,
  now = () => performance.now(),
  takenBetweenLooks = 5_000,
): Take {
  const places = new Map<string, Place>();
  const floors = new Floors(query, now, takenBetweenLooks);

  /** The map is in the order of `until`: a place that moves on keeps it. */
  function forgetOld(): void {
    for (const [topic, { until }] of places) {
      if (until > now()) return;
      places.delete(topic);
    }
  }

  async function takeAfter(id: number, topic: string, max: number, leaseSeconds: number) {
    const rows = await takeMessages(query, topic, id, max, leaseSeconds);
    const taken = rows.map((row) => row.id);
    const { until = now() + placeMilliseconds, id: known = 0 } = places.get(topic) ?? {};
    // Two takes at once may end in any order.
    const last = taken.reduce((most, one) => Math.max(most, one), known);
    if (rows.length < max) places.delete(topic);
    else places.set(topic, { id: last, until });
    floors.taken(topic, taken);
    return rows;
  }

  return async (topic, max, leaseSeconds) => {
    forgetOld();
    const place = places.get(topic)?.id;
    if (place === undefined) return takeAfter(await floors.of(topic), topic, max, leaseSeconds);
    const rows = await takeAfter(place, topic, max, leaseSeconds);
    const rest = max - rows.length;
    if (rest === 0) return rows;
    return [...rows, ...(await takeAfter(await floors.of(topic), topic, rest, leaseSeconds))];
  };
}
