import type { Query } from "../db/client.ts";
import { forgetExpired } from "./forget-expired.ts";
import { firstMessage } from "./postgres-store.ts";

interface Mark {
  /** the topic has no message with this id or a lower one, and will not get one */
  id: number;
  /** by the clock of the taker */
  until: number;
  /** messages taken since the last look at the table */
  taken: number;
  /** the highest id that was taken */
  last: number;
  /** what the last look found: no message up to `id` was visible to its snapshot */
  found?: { id: number; endOfRunning: number };
}

/**
 * After this long, a topic is read from its start again. That finds a message with a lower id after
 * all: of a server process that was frozen after it had taken the id from the sequence and before
 * its transaction was visible as running, or of a failover that set the sequence back.
 */
const keptMilliseconds = 30_000;

/**
 * The low-water mark of each topic: a take that starts there does not pass the index entries of all
 * messages that were deleted since the last vacuum. With a million of them, a take took 40 ms.
 */
export class LowWaterMarks {
  readonly #query: Query;
  readonly #now: () => number;
  readonly #takenBetweenLooks: number;
  /** in the order of `until` */
  readonly #marks = new Map<string, Mark>();

  constructor(query: Query, now: () => number, takenBetweenLooks: number) {
    this.#query = query;
    this.#now = now;
    this.#takenBetweenLooks = takenBetweenLooks;
  }

  /** All messages of the topic have higher ids. Looks at the table when enough were taken. */
  async of(topic: string): Promise<number> {
    forgetExpired(this.#marks, this.#now());
    const mark = this.#marks.get(topic);
    if (!mark) return 0;
    if (mark.taken >= this.#takenBetweenLooks) await this.#look(topic, mark);
    return mark.id;
  }

  noteTaken(topic: string, ids: number[]): void {
    if (!ids.length) return;
    const until = this.#now() + keptMilliseconds;
    const mark = this.#marks.get(topic) ?? { id: 0, until, taken: 0, last: 0 };
    this.#marks.set(topic, mark);
    mark.taken += ids.length;
    mark.last = Math.max(mark.last, ...ids);
  }

  /**
   * A transaction that is still running may commit a message with a lower id than any that is
   * visible. So what one look finds is used by a later one, once all transactions that ran during
   * the first have ended and their messages are visible.
   */
  async #look(topic: string, mark: Mark): Promise<void> {
    mark.taken = 0;
    const { last } = mark;
    const look = await firstMessage(this.#query, topic, mark.id);
    const beforeFirst = look.first === null ? last : look.first - 1;
    if (mark.found && look.oldestRunning >= mark.found.endOfRunning)
      mark.id = Math.max(mark.id, Math.min(mark.found.id, beforeFirst));
    mark.found = { id: beforeFirst, endOfRunning: look.endOfRunning };
  }
}
