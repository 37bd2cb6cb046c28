const megabyte = 1024 * 1024;
/** Of unsettled messages in memory: prefetch × the largest message seen. */
export const mostBytes = 256 * megabyte;
const first = 8;
/** What was seen longer ago than this number of messages no longer counts. */
const remembered = 1_000;

/**
 * How many unsettled messages a consumer asks for: few at first, twice as many whenever a batch
 * used them up, and never more than fit into memory if each were as large as the largest.
 */
export class Prefetch {
  readonly #most: number;
  #wanted: number;
  #seen = 0;
  #largest = 0;
  #largestBefore = 0;

  constructor(most: number) {
    this.#most = most;
    this.#wanted = Math.min(first, most);
  }

  get value(): number {
    const largest = Math.max(this.#largest, this.#largestBefore, 1);
    return Math.max(1, Math.min(this.#wanted, Math.floor(mostBytes / largest)));
  }

  see(bytes: number): void {
    if (this.#seen++ === remembered) {
      this.#seen = 1;
      this.#largestBefore = this.#largest;
      this.#largest = 0;
    }
    this.#largest = Math.max(this.#largest, bytes);
  }

  /** One at a time, until `grow`. */
  restrict(): void {
    this.#wanted = 1;
  }

  /** After a batch of so many messages. */
  grow(messages: number): void {
    if (messages >= this.value / 2) this.#wanted = Math.min(this.#most, this.value * 2);
  }
}
