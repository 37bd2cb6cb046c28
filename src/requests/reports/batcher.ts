import type { Logger } from "pino";
import type { Query } from "../../db/client.ts";
import { isAway } from "../../db/client.ts";
import type { ReportAnswer } from "../views.ts";
import { fold } from "./fold.ts";
import { retryWhileAway } from "./report.ts";
import { areRecorded, type Outcome, type ReportRow, recordReports } from "./report-store.ts";

/** The reports of one call, which is answered when all of them are. */
interface Call {
  answers: ReportAnswer[];
  open: number;
  resolve(answers: ReportAnswer[]): void;
  reject(error: unknown): void;
}

/** Where an answer goes. */
interface Place {
  call: Call;
  index: number;
  /** what to say once the row it was folded into is recorded */
  whenRecorded: ReportAnswer;
}

interface Waiting {
  row: ReportRow;
  places: Place[];
}

export interface BatcherOptions {
  query: Query;
  log: Logger;
  fileAttempts: number;
  leaseSeconds: number;
  /** called after the commit with the requests that moved */
  onMoved(requests: string[]): void;
  /** `faults`: those of the rows that told of an error and were recorded */
  onBatch?(rows: number, seconds: number, faults: ReportRow[]): void;
}

const mostRows = 1000;
const collectMilliseconds = 3;
/** One statement runs while the next batch collects; a second one keeps the disk busy meanwhile. */
const mostAtOnce = 2;
const awaySeconds = 45;

/** Group commit: reports of many connections go into one statement, and each is answered after its commit. */
export class Batcher {
  readonly #options: BatcherOptions;
  #queue: Waiting[] = [];
  #running = 0;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** The answers are in the order of the rows. */
  add(rows: ReportRow[]): Promise<ReportAnswer[]> {
    if (!rows.length) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const call: Call = {
        answers: new Array<ReportAnswer>(rows.length),
        open: rows.length,
        resolve,
        reject,
      };
      for (const [index, row] of rows.entries())
        this.#queue.push({ row, places: [{ call, index, whenRecorded: "recorded" }] });
      if (this.#queue.length >= mostRows) this.#pump();
      else this.#timer ??= setTimeout(() => this.#pump(), collectMilliseconds);
    });
  }

  /** Resolves when nothing is waiting and nothing is under way. */
  async drain(): Promise<void> {
    this.#pump();
    if (this.#running || this.#queue.length)
      await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#running < mostAtOnce && this.#queue.length) {
      this.#running++;
      const batch = this.#next();
      void this.#flush(batch).finally(() => {
        this.#running--;
        this.#pump();
        if (!this.#running && !this.#queue.length) for (const done of this.#idle.splice(0)) done();
      });
    }
  }

  /** At most one row a file: equal reports are folded, those of another attempt wait for the next batch. */
  #next(): Waiting[] {
    const batch = new Map<string, Waiting>();
    const later: Waiting[] = [];
    let taken = 0;
    for (; taken < this.#queue.length && batch.size < mostRows; taken++) {
      const next = this.#queue[taken] as Waiting;
      const key = `${next.row.request} ${next.row.file}`;
      const first = batch.get(key);
      if (!first) batch.set(key, next);
      else if (!foldInto(first, next)) later.push(next);
    }
    this.#queue = [...later, ...this.#queue.slice(taken)];
    return [...batch.values()];
  }

  async #flush(batch: Waiting[]): Promise<void> {
    const { onMoved, onBatch, log } = this.#options;
    const started = performance.now();
    try {
      const outcomes = await this.#record(batch.map(({ row }) => row));
      const moved = batch
        .filter((_, index) => outcomes[index] === "recorded")
        .map(({ row }) => row);
      for (const [index, one] of batch.entries()) answer(one, outcomes[index] ?? "unknown");
      onMoved([...new Set(moved.map((row) => row.request))]);
      const faults = moved.filter((row) => row.class !== null);
      onBatch?.(batch.length, (performance.now() - started) / 1000, faults);
    } catch (error) {
      if (isAway(error)) {
        for (const { places } of batch) for (const { call } of places) call.reject(error);
      } else if (batch.length === 1) {
        log.warn(
          { err: error, request_id: batch[0]?.row.request, file_id: batch[0]?.row.file },
          "a report cannot be stored",
        );
        answer(
          batch[0] as Waiting,
          "refused: this report cannot be stored; check its text and numbers",
        );
      } else {
        // A bad row never sinks its batch: halves are tried until it stands alone.
        const half = Math.ceil(batch.length / 2);
        await this.#flush(batch.slice(0, half));
        await this.#flush(batch.slice(half));
      }
    }
  }

  async #record(rows: ReportRow[]): Promise<ReportAnswer[]> {
    const { query, fileAttempts, leaseSeconds } = this.#options;
    const outcomes = await retryWhileAway(awaySeconds, () =>
      recordReports(query, rows, fileAttempts, leaseSeconds),
    );
    const still = rows.filter((_, index) => outcomes[index] === "unmoved");
    const recorded = still.length
      ? await retryWhileAway(awaySeconds, () => areRecorded(query, still))
      : [];
    const duplicates = new Set(still.filter((_, index) => recorded[index]));
    return rows.map((row, index) => answerOf(outcomes[index], duplicates.has(row)));
  }
}

function answerOf(outcome: Outcome | undefined, isDuplicate: boolean): ReportAnswer {
  if (outcome === "moved") return "recorded";
  if (outcome === "unmoved") return isDuplicate ? "duplicate" : "superseded";
  return "unknown";
}

function answer({ places }: Waiting, said: ReportAnswer): void {
  for (const { call, index, whenRecorded } of places) {
    call.answers[index] = said === "recorded" ? whenRecorded : said;
    if (--call.open === 0) call.resolve(call.answers);
  }
}

function foldInto(into: Waiting, next: Waiting): boolean {
  const folded = fold(into.row, next.row);
  if (!folded) return false;
  into.row = folded.row;
  for (const place of next.places) into.places.push({ ...place, whenRecorded: folded.reported });
  return true;
}
