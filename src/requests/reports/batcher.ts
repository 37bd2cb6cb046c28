import type { ReportAnswer } from "../views.ts";
import { type Entry, entriesOf, isFull, reject, takeBatch } from "./entry.ts";
import { Lanes, mostLanesAtOnce } from "./lanes.ts";
import { type RecordOptions, recordBatch } from "./record-batch.ts";
import type { ReportRow } from "./report-row.ts";

export type BatcherOptions = RecordOptions;

const collectMilliseconds = 3;
/** One statement runs while the next batch collects; a second one keeps the disk busy. */
const mostAtOnce = 2;
/** Each lane in use needs a connection beside those of the shared batches. */
export const mostStatementsAtOnce = mostAtOnce + mostLanesAtOnce;
const holdSecondsOfCalls = 45;

/**
 * Group commit: reports of many connections share a statement and are answered after its commit. A
 * batch that cannot be recorded is split by request, and each request is then recorded apart from
 * the others for a while: a locked, slow or bad row delays the reports of its own request alone.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #lanes: Lanes;
  #queue: Entry[] = [];
  /** statements that run */
  #running = 0;
  /** batches that are not answered yet */
  #open = 0;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];

  constructor(options: BatcherOptions) {
    this.#options = options;
    this.#lanes = new Lanes({
      log: options.log,
      record: (batch) => this.#record(batch, () => undefined),
      rejoin: (entries) => this.#enqueue(entries),
      onRun: () => this.#checkIdle(),
    });
  }

  /**
   * Resolves with the answers in the order of the rows. Rejects with UnavailableError if reports
   * cannot be recorded for `holdSeconds`, since rows of their request are locked or slow; without
   * a hold, after the first failed try.
   */
  add(rows: ReportRow[], holdSeconds = holdSecondsOfCalls): Promise<ReportAnswer[]> {
    if (!rows.length) return Promise.resolve([]);
    const { entries, answered } = entriesOf(rows, holdSeconds);
    this.#enqueue(entries);
    return answered;
  }

  /**
   * Resolves when no report is waiting or being recorded. Reports that cannot be recorded now are
   * no longer held.
   */
  async drain(): Promise<void> {
    this.#pump();
    this.#lanes.endHolds();
    if (!this.#isIdle()) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #enqueue(entries: Entry[]): void {
    for (const entry of entries) if (!this.#lanes.take(entry)) this.#queue.push(entry);
    if (!this.#lanes.isEmpty) this.#lanes.pump();
    if (isFull(this.#queue)) this.#pump();
    else if (this.#queue.length)
      this.#timer ??= setTimeout(() => this.#pump(), collectMilliseconds);
  }

  #pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#running < mostAtOnce && this.#queue.length) {
      this.#leaveToLanes();
      const batch = takeBatch(this.#queue);
      if (!batch.length) return;
      void this.#run(batch);
    }
  }

  /** Some may have waited here when the lane of their request was opened. */
  #leaveToLanes(): void {
    if (this.#lanes.isEmpty) return;
    this.#queue = this.#queue.filter((entry) => !this.#lanes.take(entry));
    this.#lanes.pump();
  }

  /** Never rejects: only the calls in a batch wait for it. */
  async #run(batch: Entry[]): Promise<void> {
    this.#running++;
    this.#open++;
    let isRunning = true;
    const startNext = () => {
      if (!isRunning) return;
      isRunning = false;
      this.#running--;
      this.#pump();
    };
    const failure = await this.#record(batch, startNext);
    if (failure?.kind === "away") reject(batch, failure.error);
    else if (failure) this.#lanes.split(batch, failure);
    startNext();
    this.#open--;
    this.#checkIdle();
  }

  async #record(batch: Entry[], onRecorded: () => void) {
    try {
      return await recordBatch(this.#options, batch, onRecorded);
    } catch (error) {
      this.#options.log.error({ err: error }, "a batch of reports was not answered");
      reject(batch, error);
      return undefined;
    }
  }

  #isIdle(): boolean {
    return this.#open === 0 && this.#queue.length === 0 && this.#lanes.isIdle();
  }

  #checkIdle(): void {
    if (this.#isIdle()) for (const done of this.#idle.splice(0)) done();
  }
}
