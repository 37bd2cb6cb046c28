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
 * requests of one user delay nobody else's. Work that takes long has places of its own, and is done
 * in slices that take turns: 20 registrations of 219,029 files stopped everybody for minutes.
 */
export class AdvanceQueue {
  readonly #advance: Advance;
  readonly #log: Logger;
  readonly #waiting = new RoundRobin<Source>();
  readonly #long = new Set<string>();
  readonly #running = new Set<string>();
  readonly #again = new Set<string>();
  readonly #places = { short: mostShort, long: mostLong };
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(advance: Advance, log: Logger) {
    this.#advance = advance;
    this.#log = log;
  }

  add(id: string, source: Source = "facts"): void {
    if (this.#closed) return;
    if (this.#running.has(id)) this.#again.add(id);
    else this.#waiting.add(id, source);
    this.#pump();
  }

  /** Accepts no more requests; resolves when the current runs have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    this.#long.clear();
    this.#again.clear();
    if (this.#running.size) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #pump(): void {
    while (this.#places.short > 0) {
      const id = this.#waiting.take();
      if (id === undefined) break;
      void this.#run(id, "short");
    }
    for (const id of this.#long) {
      if (this.#places.long === 0) return;
      if (this.#running.has(id)) continue;
      this.#long.delete(id);
      void this.#run(id, "long");
    }
  }

  async #run(id: string, kind: "short" | "long"): Promise<void> {
    this.#running.add(id);
    this.#places[kind]--;
    const end = performance.now() + sliceMilliseconds;
    const slice = { long: kind === "long", isOver: () => performance.now() >= end };
    let rest: Rest = "nothing";
    try {
      rest = await this.#advance(id, slice);
    } catch (error) {
      // The sweep adds the request again, so a failed run never leaves it stuck.
      this.#log.warn({ err: error, request_id: id }, "advance stopped; the sweep tries again");
    }
    this.#places[kind]++;
    // A busy request is added often; the pause limits it to about twenty runs a second.
    const pause = rest === "nothing" && this.#again.has(id) ? gatherMilliseconds : 0;
    setTimeout(() => this.#end(id, rest), pause);
    this.#pump();
  }

  #end(id: string, rest: Rest): void {
    this.#running.delete(id);
    const again = this.#again.delete(id);
    if (!this.#closed) {
      if (rest === "long") this.#long.add(id);
      if (rest === "more" || again) this.#waiting.add(id, "facts");
    }
    this.#pump();
    if (!this.#running.size) for (const done of this.#idle.splice(0)) done();
  }
}

const mostShort = 4;
const mostLong = 2;
const sliceMilliseconds = 150;
const gatherMilliseconds = 40;
