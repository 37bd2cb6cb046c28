import type { Query } from "../db/client.ts";
import { firstMessage } from "./postgres-store.ts";

interface Floor {
  /** no message of the topic has this id or a lower one, and none will get one */
  id: number;
  /** by the clock of the taker */
  until: number;
  /** messages that were taken since the last look at the table */
  taken: number;
  /** the highest id of them */
  last: number;
  /** before the first message at the last look, and the transactions that had not begun then */
  next?: { id: number; endOfRunning: number };
}

/**
 * Then a topic is read from its start again. A transaction draws its first id a moment before
 * others see that it runs: what a server process inserts that is frozen in this moment is found
 * then, and what is inserted after a failover to a database that had lost some ids.
 */
const keptMilliseconds = 30_000;

/**
 * From where to read each topic, so that a take does not pass the index entries of all messages
 * that were deleted since the last vacuum: with a million of them, a take needed 40 ms for that.
 */
export class Floors {
  readonly #query: Query;
  readonly #now: () => number;
  readonly #takenBetweenLooks: number;
  /** in the order of `until` */
  readonly #floors = new Map<string, Floor>();

  constructor(query: Query, now: () => number, takenBetweenLooks: number) {
    this.#query = query;
    this.#now = now;
    this.#takenBetweenLooks = takenBetweenLooks;
  }

  /** The topic has messages only after this id. Looks at the table when enough were taken. */
  async of(topic: string): Promise<number> {
    this.#forgetOld();
    const floor = this.#floors.get(topic);
    if (!floor) return 0;
    if (floor.taken >= this.#takenBetweenLooks) await this.#look(topic, floor);
    return floor.id;
  }

  taken(topic: string, ids: number[]): void {
    if (!ids.length) return;
    const floor = this.#floors.get(topic) ?? {
      id: 0,
      until: this.#now() + keptMilliseconds,
      taken: 0,
      last: 0,
    };
    this.#floors.set(topic, floor);
    floor.taken += ids.length;
    floor.last = ids.reduce((most, id) => Math.max(most, id), floor.last);
  }

  #forgetOld(): void {
    for (const [topic, { until }] of this.#floors) {
      if (until > this.#now()) return;
      this.#floors.delete(topic);
    }
  }

  /**
   * A transaction that has not committed yet may bring lower ids than all that are seen. So what a
   * look finds counts from the look on at which all that ran then have ended.
   */
  async #look(topic: string, floor: Floor): Promise<void> {
    floor.taken = 0;
    const { last } = floor;
    const look = await firstMessage(this.#query, topic, floor.id);
    const beforeFirst = look.first === null ? last : look.first - 1;
    if (floor.next && look.oldestRunning >= floor.next.endOfRunning)
      floor.id = Math.max(floor.id, Math.min(floor.next.id, beforeFirst));
    floor.next = { id: beforeFirst, endOfRunning: look.endOfRunning };
  }
}
