import type { Logger } from "pino";
import { isBadData } from "../../db/away.ts";
import { answer, type Entry, reject } from "./entry.ts";
import {
  addPart,
  enqueue,
  giveUp,
  giveUpExpired,
  isDue,
  isEmpty,
  type Lane,
  makeLane,
  mayRejoin,
  putBack,
  putBackInHalves,
  takePart,
  unavailable,
} from "./lane.ts";
import { type Failure, isTooSlow, notRecorded } from "./record-batch.ts";

export interface LanesOptions {
  log: Logger;
  record(batch: Entry[]): Promise<Failure | undefined>;
  /** the request's reports may be recorded with those of others again */
  rejoin(entries: Entry[]): void;
  onRun(): void;
}

export const mostLanesAtOnce = 3;
/** What waits for one request, and for all, in characters. */
const mostOfLane = 10_000_000;
const mostOfAll = 40_000_000;

/**
 * A lane for each request whose reports failed in a batch. Its parts are recorded one after the
 * other, with growing waits while rows are locked or slow. Lanes that were not blocked come first.
 */
export class Lanes {
  readonly #options: LanesOptions;
  /** the one that ran last is last */
  readonly #lanes = new Map<string, Lane>();
  #running = 0;
  #endsHolds = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  isIdle(): boolean {
    return this.#running === 0 && [...this.#lanes.values()].every(isEmpty);
  }

  /**
   * Takes the entry if its request has a lane, for the next `pump`; rejects it if it would have to
   * wait too long, or too much waits already.
   */
  take(entry: Entry): boolean {
    const lane = this.#lanes.get(entry.row.request);
    if (!lane) return false;
    const now = performance.now();
    if (isEmpty(lane) && mayRejoin(lane, now)) {
      this.#lanes.delete(lane.request);
      return false;
    }
    const mustWait = lane.blocked > 0 && lane.nextTry > now;
    if ((mustWait && (this.#endsHolds || entry.holdUntil <= now)) || this.#isFull(lane))
      reject([entry], unavailable(lane));
    else enqueue(lane, entry);
    return true;
  }

  /** The batch failed, so none of it is recorded: the requests are tried one by one. */
  split(batch: Entry[], failure: Failure): void {
    const parts = new Map<string, Entry[]>();
    for (const entry of batch) {
      const part = parts.get(entry.row.request);
      if (part) part.push(entry);
      else parts.set(entry.row.request, [entry]);
    }
    for (const [request, part] of parts) {
      const lane = this.#lanes.get(request) ?? makeLane(request);
      this.#lanes.set(request, lane);
      if (parts.size === 1) this.#failed(lane, part, failure);
      else addPart(lane, part);
    }
    this.pump();
  }

  /** From now on, what is blocked is rejected and not tried again. */
  endHolds(): void {
    this.#endsHolds = true;
    for (const lane of this.#lanes.values()) if (lane.blocked > 0) giveUp(lane, () => true);
    this.#options.onRun();
  }

  /** Records what is due, and rejects what a blocked lane holds no longer. */
  pump(): void {
    clearTimeout(this.#timer);
    const now = performance.now();
    for (const lane of this.#lanes.values())
      if (isEmpty(lane) && mayRejoin(lane, now)) this.#lanes.delete(lane.request);
    while (this.#running < mostLanesAtOnce) {
      const due = [...this.#lanes.values()].filter((lane) => isDue(lane, now));
      const [next] = due.sort((one, other) => one.blocked - other.blocked);
      if (!next) break;
      this.#running++;
      void this.#run(next);
    }
    const waiting = [...this.#lanes.values()].filter((lane) => !lane.isRunning && !isEmpty(lane));
    const blocked = waiting.filter((lane) => lane.blocked > 0);
    for (const lane of blocked) giveUpExpired(lane, now);
    const times = [
      ...waiting.map((lane) => lane.nextTry),
      ...blocked.map((lane) => lane.earliestHold),
    ];
    const next = Math.min(...times.filter((time) => time > now));
    if (next < Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.pump(), next - now);
  }

  async #run(lane: Lane): Promise<void> {
    lane.isRunning = true;
    this.#lanes.delete(lane.request);
    this.#lanes.set(lane.request, lane);
    const part = takePart(lane);
    const failure = await this.#options.record(part);
    lane.isRunning = false;
    this.#running--;
    if (failure) this.#failed(lane, part, failure);
    else lane.blocked = 0;
    if (mayRejoin(lane, performance.now())) this.#close(lane);
    this.pump();
    this.#options.onRun();
  }

  #failed(lane: Lane, part: Entry[], failure: Failure): void {
    const { kind, error } = failure;
    if (lane.lastFailure === Number.NEGATIVE_INFINITY)
      this.#options.log.warn(
        { err: error, request_id: lane.request },
        "reports of a request failed and are recorded apart from those of others for a while",
      );
    lane.lastFailure = performance.now();
    const [entry] = part;
    if (kind === "away") reject(part, error);
    else if (kind === "rejected" && part.length === 1 && entry) this.#refuse(entry, error);
    else if (part.length > 1 && kind === "rejected") putBackInHalves(lane, part);
    else this.#blocked(lane, part, failure);
  }

  #blocked(lane: Lane, part: Entry[], failure: Failure): void {
    const now = performance.now();
    if (part.length > 1 && isTooSlow(failure)) {
      lane.mostRows = Math.ceil(part.length / 2);
      putBackInHalves(lane, part);
    } else putBack(lane, part, now);
    giveUp(lane, ({ holdUntil }) => this.#endsHolds || holdUntil <= now);
  }

  #refuse(entry: Entry, error: unknown): void {
    if (!isBadData(error)) {
      reject([entry], notRecorded(this.#options.log, error));
      return;
    }
    const { request, file } = entry.row;
    this.#options.log.warn(
      { err: error, request_id: request, file_id: file },
      "a report cannot be stored",
    );
    answer(entry, "refused: this report cannot be stored; check its text and numbers");
  }

  #close(lane: Lane): void {
    this.#lanes.delete(lane.request);
    this.#options.rejoin(lane.queue);
  }

  #isFull(lane: Lane): boolean {
    if (lane.size > mostOfLane) return true;
    let all = 0;
    for (const { size } of this.#lanes.values()) all += size;
    return all > mostOfAll;
  }
}
