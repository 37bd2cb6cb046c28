import type { Logger } from "pino";

/**
 * Runs `advance` for the requests that were added: one run per request at a time, few at once in
 * total. A request added during its run is run again.
 */
export class AdvanceQueue {
  readonly #advance: (id: string) => Promise<void>;
  readonly #log: Logger;
  readonly #waiting = new Set<string>();
  readonly #running = new Set<string>();
  readonly #again = new Set<string>();
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(advance: (id: string) => Promise<void>, log: Logger) {
    this.#advance = advance;
    this.#log = log;
  }

  add(id: string): void {
    if (this.#closed) return;
    if (this.#running.has(id)) this.#again.add(id);
    else this.#waiting.add(id);
    this.#pump();
  }

  /** Accepts no more requests; resolves when the current runs have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    this.#again.clear();
    if (this.#running.size) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #pump(): void {
    for (const id of this.#waiting) {
      if (this.#running.size >= mostAtOnce) return;
      this.#waiting.delete(id);
      this.#running.add(id);
      void this.#run(id);
    }
  }

  async #run(id: string): Promise<void> {
    try {
      await this.#advance(id);
    } catch (error) {
      // The sweep adds the request again, so a failed run never leaves it stuck.
      this.#log.warn({ err: error, request_id: id }, "advance stopped; the sweep tries again");
    }
    // A busy request is added often; the pause limits it to about twenty runs a second.
    const pause = this.#again.has(id) ? gatherMilliseconds : 0;
    setTimeout(() => {
      this.#running.delete(id);
      if (this.#again.delete(id)) this.#waiting.add(id);
      this.#pump();
      if (!this.#running.size) for (const done of this.#idle.splice(0)) done();
    }, pause);
  }
}

const mostAtOnce = 4;
const gatherMilliseconds = 40;
