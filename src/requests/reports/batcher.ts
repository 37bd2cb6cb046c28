import type { Logger } from "pino";
import { isAway, isBadData, isOfOneRow } from "../../db/away.ts";
import type { Query } from "../../db/client.ts";
import { UnavailableError } from "../../errors.ts";
import type { ReportAnswer } from "../views.ts";
import { fold } from "./fold.ts";
import type { ReportRow } from "./report-row.ts";
import { areRecorded, type Outcome, recordReports } from "./report-store.ts";
import { retryWhileAway } from "./retry-while-away.ts";

/** The reports of one call, which resolves when all of them are answered. */
interface Call {
  answers: ReportAnswer[];
  open: number;
  resolve(answers: ReportAnswer[]): void;
  reject(error: unknown): void;
}

/** Where an answer goes. */
interface Recipient {
  call: Call;
  index: number;
  /** the answer if the row that the report was folded into is recorded */
  whenRecorded: ReportAnswer;
}

interface Entry {
  row: ReportRow;
  recipients: Recipient[];
}

/** A batch after its commit. */
interface Recorded {
  rows: number;
  seconds: number;
  moved: ReportRow[];
  /** those that moved something now, or in a try whose answer was lost */
  changed: ReportRow[];
}

export interface BatcherOptions {
  query: Query;
  log: Logger;
  fileAttempts: number;
  leaseSeconds: number;
  /** called after the commit with the requests whose files moved */
  onMoved(requests: string[]): void;
  /** called after the commit; `failures` are the recorded rows that carry an error */
  onBatch?(rows: number, seconds: number, failures: ReportRow[]): void;
}

const mostRows = 1000;
/** of results in a batch, in characters: the driver quotes them without a pause */
const mostText = 1_000_000;
const collectMilliseconds = 3;
/** One statement runs while the next batch collects; a second one keeps the disk busy. */
const mostAtOnce = 2;
const awaySeconds = 45;

/**
 * Group commit: reports of many connections share a statement and are answered after its commit.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  #queue: Entry[] = [];
  #running = 0;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Resolves with the answers in the order of the rows. */
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
        this.#queue.push({ row, recipients: [{ call, index, whenRecorded: "recorded" }] });
      if (this.#queue.length >= mostRows) this.#pump();
      else this.#timer ??= setTimeout(() => this.#pump(), collectMilliseconds);
    });
  }

  /** Resolves when no report is waiting or being recorded. */
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
      void this.#run(this.#next());
    }
  }

  /** Never rejects: only the calls in a batch wait for it. */
  async #run(batch: Entry[]): Promise<void> {
    try {
      await this.#flush(batch);
    } catch (error) {
      this.#options.log.error({ err: error }, "a batch of reports was not answered");
      reject(batch, error);
    }
    this.#running--;
    this.#pump();
    if (!this.#running && !this.#queue.length) for (const done of this.#idle.splice(0)) done();
  }

  /**
   * At most one row per file: reports of one attempt are folded, those of another attempt wait for
   * the next batch.
   */
  #next(): Entry[] {
    const batch = new Map<string, Entry>();
    const later: Entry[] = [];
    let taken = 0;
    let text = 0;
    for (; taken < this.#queue.length && batch.size < mostRows && text < mostText; taken++) {
      const next = this.#queue[taken] as Entry;
      text += next.row.results?.length ?? 0;
      const key = `${next.row.request} ${next.row.file}`;
      const first = batch.get(key);
      if (!first) batch.set(key, next);
      else if (!foldInto(first, next)) later.push(next);
    }
    this.#queue = [...later, ...this.#queue.slice(taken)];
    return [...batch.values()];
  }

  async #flush(batch: Entry[]): Promise<void> {
    const { query, fileAttempts, leaseSeconds } = this.#options;
    const started = performance.now();
    const rows = batch.map(({ row }) => row);
    let outcomes: Outcome[];
    try {
      outcomes = await retryWhileAway(awaySeconds, () =>
        recordReports(query, rows, fileAttempts, leaseSeconds),
      );
    } catch (error) {
      return this.#recover(batch, error);
    }
    // After the commit: whatever fails from here on, nothing may be recorded again.
    let duplicates = new Set<Entry>();
    try {
      duplicates = await this.#duplicates(batch, outcomes);
      for (const [index, entry] of batch.entries())
        answer(entry, answerOf(outcomes[index], duplicates.has(entry)));
    } catch (error) {
      reject(batch, error);
    }
    const moved = rows.filter((_, index) => outcomes[index] === "moved");
    // After a lost answer, the rows that were recorded look like duplicates.
    const changed = [...moved, ...[...duplicates].map(({ row }) => row)];
    const seconds = (performance.now() - started) / 1000;
    this.#notify({ rows: rows.length, seconds, moved, changed });
  }

  /** The statement failed, so none of its rows is recorded. */
  async #recover(batch: Entry[], error: unknown): Promise<void> {
    const [entry] = batch;
    const isAlone = batch.length === 1;
    if (!isOfOneRow(error) || (isAlone && !isBadData(error))) {
      reject(batch, isAway(error) ? error : this.#notRecorded(error));
    } else if (isAlone && entry) {
      const { request, file } = entry.row;
      this.#options.log.warn(
        { err: error, request_id: request, file_id: file },
        "a report cannot be stored",
      );
      answer(entry, "refused: this report cannot be stored; check its text and numbers");
    } else {
      // A bad row never fails its batch: halves are tried until it is alone.
      const half = Math.ceil(batch.length / 2);
      await this.#flush(batch.slice(0, half));
      await this.#flush(batch.slice(half));
    }
  }

  /** An error of ours, or the database's: the reports may be good, so workers send them again. */
  #notRecorded(error: unknown): UnavailableError {
    this.#options.log.error({ err: error }, "reports were not recorded");
    return new UnavailableError(
      "The reports were not recorded; the service's log says why. Send them again.",
      10,
      { cause: error },
    );
  }

  /** The reports that moved nothing because the history already has them. */
  async #duplicates(batch: Entry[], outcomes: Outcome[]): Promise<Set<Entry>> {
    const unmoved = batch.filter((_, index) => outcomes[index] === "unmoved");
    if (!unmoved.length) return new Set();
    const rows = unmoved.map(({ row }) => row);
    const recorded = await retryWhileAway(awaySeconds, () =>
      areRecorded(this.#options.query, rows),
    );
    return new Set(unmoved.filter((_, index) => recorded[index]));
  }

  #notify({ rows, seconds, moved, changed }: Recorded): void {
    const { onMoved, onBatch } = this.#options;
    this.#call("onMoved", () => onMoved([...new Set(changed.map((row) => row.request))]));
    const failures = moved.filter((row) => row.class !== null);
    this.#call("onBatch", () => onBatch?.(rows, seconds, failures));
  }

  #call(listener: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#options.log.error({ err: error, listener }, "a listener for recorded reports failed");
    }
  }
}

function answerOf(outcome: Outcome | undefined, isDuplicate: boolean): ReportAnswer {
  if (outcome === "moved") return "recorded";
  if (outcome === "unmoved") return isDuplicate ? "duplicate" : "superseded";
  return "unknown";
}

function answer({ recipients }: Entry, reportAnswer: ReportAnswer): void {
  for (const { call, index, whenRecorded } of recipients) {
    call.answers[index] = reportAnswer === "recorded" ? whenRecorded : reportAnswer;
    if (--call.open === 0) call.resolve(call.answers);
  }
}

function reject(batch: Entry[], error: unknown): void {
  for (const { recipients } of batch) for (const { call } of recipients) call.reject(error);
}

function foldInto(into: Entry, next: Entry): boolean {
  const folded = fold(into.row, next.row);
  if (!folded) return false;
  into.row = folded.row;
  for (const recipient of next.recipients)
    into.recipients.push({ ...recipient, whenRecorded: folded.reported });
  return true;
}
