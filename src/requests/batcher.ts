import type { Logger } from "pino";
import type { Query } from "../db/client.ts";
import { isAway } from "../db/client.ts";
import { whileAway } from "./report.ts";
import { areRecorded, type ReportRow, recordReports } from "./report-store.ts";
import type { ReportAnswer } from "./request.ts";

interface Caller {
  resolve(answer: ReportAnswer): void;
  reject(error: unknown): void;
  /** what to say once the row it was folded into is recorded */
  whenRecorded: ReportAnswer;
}

interface Waiting {
  row: ReportRow;
  callers: Caller[];
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

  add(row: ReportRow): Promise<ReportAnswer> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ row, callers: [{ resolve, reject, whenRecorded: "recorded" }] });
      if (this.#queue.length >= mostRows) this.#pump();
      else this.#timer ??= setTimeout(() => this.#pump(), collectMilliseconds);
    });
  }

  /** Resolves when nothing is waiting and nothing is under way. */
  async drain(): Promise<void> {
    this.#pump();
    if (this.#running || this.#queue.length) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#running < mostAtOnce && this.#queue.length) {
      this.#running++;
      const batch = this.#next();
      this.#flush(batch).finally(() => {
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
      else if (!fold(first, next)) later.push(next);
    }
    this.#queue = [...later, ...this.#queue.slice(taken)];
    return [...batch.values()];
  }

  async #flush(batch: Waiting[]): Promise<void> {
    const { query, fileAttempts, leaseSeconds, onMoved, onBatch, log } = this.#options;
    const started = performance.now();
    try {
      const rows = await whileAway(awaySeconds, () =>
        recordReports(
          query,
          batch.map((one) => one.row),
          fileAttempts,
          leaseSeconds,
        ),
      );
      const known = new Map(rows.map((row) => [row.ord, row]));
      const still = batch.filter((_, ord) => known.get(ord)?.moved === false);
      const said = still.length
        ? await whileAway(awaySeconds, () =>
            areRecorded(
              query,
              still.map((one) => one.row),
            ),
          )
        : [];
      const duplicates = new Set(still.filter((_, index) => said[index]));
      for (const [ord, one] of batch.entries()) {
        const row = known.get(ord);
        if (!row) answer(one, "unknown");
        else if (row.moved) answer(one, "recorded");
        else answer(one, duplicates.has(one) ? "duplicate" : "superseded");
      }
      const moved = rows.filter((row) => row.moved).map((row) => (batch[row.ord] as Waiting).row);
      onMoved([...new Set(moved.map((row) => row.request))]);
      const faults = moved.filter((row) => row.class !== null);
      onBatch?.(batch.length, (performance.now() - started) / 1000, faults);
    } catch (error) {
      if (isAway(error)) {
        for (const one of batch) for (const caller of one.callers) caller.reject(error);
      } else if (batch.length === 1) {
        log.warn({ err: error, request_id: batch[0]?.row.request, file_id: batch[0]?.row.file }, "a report cannot be stored");
        answer(batch[0] as Waiting, "refused: this report cannot be stored; check its text and numbers");
      } else {
        // A bad row never sinks its batch: halves are tried until it stands alone.
        const half = Math.ceil(batch.length / 2);
        await this.#flush(batch.slice(0, half));
        await this.#flush(batch.slice(half));
      }
    }
  }
}

function answer(one: Waiting, said: ReportAnswer): void {
  for (const caller of one.callers) caller.resolve(said === "recorded" ? caller.whenRecorded : said);
}

/** One deciding report of an attempt: the first final one, else the latest; a start beside it is kept for the history. */
function fold(into: Waiting, next: Waiting): boolean {
  const [a, b] = [into.row, next.row];
  if (a.open !== b.open || (!a.open && (a.step !== b.step || a.attempt !== b.attempt))) return false;
  let said: ReportAnswer = a.status === b.status ? "duplicate" : "superseded";
  if (a.status === "start" && b.status !== "start") {
    into.row = { ...b, startAt: a.at };
    said = "recorded";
  } else if (b.status === "start" && a.status !== "start") {
    said = a.startAt ? "duplicate" : "recorded";
    a.startAt ??= b.at;
  }
  into.callers.push(...next.callers.map((caller) => ({ ...caller, whenRecorded: said })));
  return true;
}
