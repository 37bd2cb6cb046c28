import type { Logger } from "pino";
import { type Caller, ownerOf } from "../../auth/caller.ts";
import { RoundRobin } from "./round-robin.ts";

/** What a run does at most before it lets others go on. */
export interface Slice {
  /** it may do work that takes long: register or settle many files */
  long: boolean;
  /** it may remove what a large request leaves behind */
  removal: boolean;
  /** its time is over */
  isOver(): boolean;
}

/** What a run leaves to be done: nothing, more decisions, or work for a slice of that kind. */
export type Rest = "nothing" | "more" | SlowWork;
type SlowWork = "long" | "removal";

export type Advance = (id: string, slice: Slice) => Promise<Rest>;

/** Who adds a request. Each user is a source of its own. */
export type Source = "facts" | "sweep" | `user ${string}`;

export function sourceOf(caller: Caller): Source {
  const owner = ownerOf(caller);
  return owner === undefined ? "facts" : `user ${owner}`;
}

/** Requests with slow work of one kind, in the order of their turns. */
interface Line {
  waiting: Set<string>;
  running: Set<string>;
  most: number;
}

const mostAtOnce = 4;
const mostLong = 2;
const mostRemovals = 2;
const sliceMilliseconds = 150;
const gatherMilliseconds = 40;

/**
 * Runs `advance` for the requests that were added: one run per request at a time, few at once in
 * total. A request added during its run is run again. The sources take turns, so that thousands of
 * requests of one user delay nobody else's; facts have every other turn.
 *
 * Slow work has places of its own: otherwise a few registrations of 219,029 files keep everybody
 * waiting for minutes. Long work is done in slices that take turns. A removal is done in one piece,
 * beside the long work. Both come before the usual run of a request that is added all the time,
 * since they decide on its facts, too.
 */
export class AdvanceQueue {
  readonly #advance: Advance;
  readonly #log: Logger;
  readonly #waiting = new RoundRobin<Source>("facts");
  readonly #running = new Set<string>();
  readonly #again = new Set<string>();
  readonly #lines: Record<SlowWork, Line> = { long: line(mostLong), removal: line(mostRemovals) };
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
    const { long, removal } = this.#lines;
    return [this.#running, long.running, removal.running].some((running) => running.has(id));
  }

  /** Accepts no more requests; resolves when the current runs have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    for (const { waiting } of Object.values(this.#lines)) waiting.clear();
    this.#again.clear();
    if (this.#isBusy()) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #isBusy(): boolean {
    const { long, removal } = this.#lines;
    return this.#running.size + long.running.size + removal.running.size > 0;
  }

  #pump(): void {
    this.#pumpLine("long");
    this.#pumpLine("removal");
    while (this.#running.size < mostAtOnce) {
      const id = this.#waiting.take();
      if (id === undefined) return;
      if (this.#runs(id)) this.#again.add(id);
      else {
        this.#running.add(id);
        void this.#run(id);
      }
    }
  }

  #pumpLine(kind: SlowWork): void {
    const { waiting, running, most } = this.#lines[kind];
    for (const id of waiting) {
      if (running.size >= most) return;
      if (this.#runs(id)) continue;
      waiting.delete(id);
      running.add(id);
      void this.#runSlow(id, kind);
    }
  }

  async #run(id: string): Promise<void> {
    const rest = await this.#runSlice(id);
    if (rest === "more") this.#again.add(id);
    // A busy request is added often; the pause limits it to about twenty runs a second.
    const pause = rest !== "more" && this.#again.has(id) ? gatherMilliseconds : 0;
    setTimeout(() => {
      this.#running.delete(id);
      if (this.#again.delete(id)) this.#waiting.add(id, "facts");
      this.#end(id, rest);
    }, pause);
  }

  async #runSlow(id: string, kind: SlowWork): Promise<void> {
    const rest = await this.#runSlice(id, kind);
    setImmediate(() => {
      this.#lines[kind].running.delete(id);
      const hasFacts = this.#again.delete(id);
      if (hasFacts || rest === "more") this.#waiting.add(id, "facts");
      this.#end(id, rest);
    });
  }

  async #runSlice(id: string, kind?: SlowWork): Promise<Rest> {
    const end = performance.now() + sliceMilliseconds;
    const isOver = () => performance.now() >= end;
    try {
      return await this.#advance(id, {
        long: kind === "long",
        removal: kind === "removal",
        isOver,
      });
    } catch (error) {
      // The sweep adds the request again, so a failed run never leaves it stuck.
      this.#log.warn({ err: error, request_id: id }, "advance stopped; the sweep tries again");
      return "nothing";
    }
  }

  #end(id: string, rest: Rest): void {
    if (this.#closed) this.#waiting.clear();
    else if (rest === "long" || rest === "removal") this.#lines[rest].waiting.add(id);
    this.#pump();
    if (!this.#isBusy()) for (const done of this.#idle.splice(0)) done();
  }
}

function line(most: number): Line {
  return { waiting: new Set(), running: new Set(), most };
}
