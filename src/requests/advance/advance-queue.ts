import type { Logger } from "pino";
import { RoundRobin } from "./round-robin.ts";

/** What a run does at most before it lets others go on. */
export interface Slice {
  /** it may do work that takes long: register, settle or clean up many files */
  long: boolean;
  /** its time is over */
  isOver(): boolean;
}

/** What a run leaves to be done: nothing, more decisions, or work that takes long. */
export type Rest = "nothing" | "more" | "long";

export type Advance = (id: string, slice: Slice) => Promise<Rest>;

/** Who adds a request. Each user is a source of its own. */
export type Source = "facts" | "sweep" | `user ${string}`;

/**
 * Runs `advance` for the requests that were added: one run per request at a time, few at once in
 * total. A request added during its run is run again. The sources take turns, so that thousands of
 * requests of one user delay nobody else's.
 *
 * Work that takes long has places of its own, and is done in slices that take turns: otherwise a
 * few registrations of 219,029 files keep everybody waiting for minutes. Between its slices the
 * request is advanced as usual; two runs of one request at once would publish the same window
 * twice.
 */
export class AdvanceQueue {
  readonly #advance: Advance;
  readonly #log: Logger;
  readonly #waiting = new RoundRobin<Source>();
  readonly #running = new Set<string>();
  readonly #again = new Set<string>();
  readonly #waitingLong = new Set<string>();
  readonly #runningLong = new Set<string>();
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(advance: Advance, log: Logger) {
    this.#advance = advance;
    this.#log = log;
  }

  add(id: string, source: Source = "facts"): void {
    if (this.#closed) return;
    if (this.#runs(id)) this.#again.add(id);
    else this.#waiting.add(id, source);
    this.#pump();
  }

  #runs(id: string): boolean {
    return this.#running.has(id) || this.#runningLong.has(id);
  }

  /** Accepts no more requests; resolves when the current runs have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    this.#waitingLong.clear();
    this.#again.clear();
    if (this.#isBusy()) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #isBusy(): boolean {
    return this.#running.size + this.#runningLong.size > 0;
  }

  #pump(): void {
    while (this.#running.size < mostAtOnce) {
      const id = this.#waiting.take();
      if (id === undefined) break;
      if (this.#runs(id)) this.#again.add(id);
      else {
        this.#running.add(id);
        void this.#run(id);
      }
    }
    for (const id of this.#waitingLong) {
      if (this.#runningLong.size >= mostLong) return;
      if (this.#runs(id)) continue;
      this.#waitingLong.delete(id);
      this.#runningLong.add(id);
      void this.#runLong(id);
    }
  }

  async #run(id: string): Promise<void> {
    const rest = await this.#runSlice(id, false);
    if (rest === "more") this.#again.add(id);
    // A busy request is added often; the pause limits it to about twenty runs a second.
    const pause = rest !== "more" && this.#again.has(id) ? gatherMilliseconds : 0;
    setTimeout(() => {
      this.#running.delete(id);
      if (this.#again.delete(id)) this.#waiting.add(id, "facts");
      this.#end(id, rest);
    }, pause);
  }

  async #runLong(id: string): Promise<void> {
    const rest = await this.#runSlice(id, true);
    setImmediate(() => {
      this.#runningLong.delete(id);
      const hasFacts = this.#again.delete(id);
      if (hasFacts || rest === "more") this.#waiting.add(id, "facts");
      this.#end(id, rest);
    });
  }

  async #runSlice(id: string, long: boolean): Promise<Rest> {
    const end = performance.now() + sliceMilliseconds;
    try {
      return await this.#advance(id, { long, isOver: () => performance.now() >= end });
    } catch (error) {
      // The sweep adds the request again, so a failed run never leaves it stuck.
      this.#log.warn({ err: error, request_id: id }, "advance stopped; the sweep tries again");
      return "nothing";
    }
  }

  #end(id: string, rest: Rest): void {
    if (this.#closed) this.#waiting.clear();
    else if (rest === "long") this.#waitingLong.add(id);
    this.#pump();
    if (!this.#isBusy()) for (const done of this.#idle.splice(0)) done();
  }
}

const mostAtOnce = 4;
const mostLong = 2;
const sliceMilliseconds = 150;
const gatherMilliseconds = 40;
