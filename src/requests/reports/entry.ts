// Reports that wait to be recorded, and the calls that wait for their answers.
import type { ReportAnswer } from "../views.ts";
import { fold } from "./fold.ts";
import type { ReportRow } from "./report-row.ts";

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

export interface Entry {
  row: ReportRow;
  recipients: Recipient[];
  /** how long its calls wait while it cannot be recorded, by `performance.now()` */
  holdUntil: number;
}

const mostRowsOfBatch = 1000;
/** of results in a batch, in characters: the driver quotes them without a pause */
const mostText = 1_000_000;

/** The entries of a call; `answered` has the answers in the order of the rows. */
export function entriesOf(
  rows: ReportRow[],
  holdSeconds: number,
): { entries: Entry[]; answered: Promise<ReportAnswer[]> } {
  const holdUntil = performance.now() + holdSeconds * 1000;
  let entries: Entry[] = [];
  const answered = new Promise<ReportAnswer[]>((resolve, reject) => {
    const answers = new Array<ReportAnswer>(rows.length);
    const call: Call = { answers, open: rows.length, resolve, reject };
    entries = rows.map((row, index) => ({
      row,
      recipients: [{ call, index, whenRecorded: "recorded" }],
      holdUntil,
    }));
  });
  return { entries, answered };
}

export function answer({ recipients }: Entry, reportAnswer: ReportAnswer): void {
  for (const { call, index, whenRecorded } of recipients) {
    call.answers[index] = reportAnswer === "recorded" ? whenRecorded : reportAnswer;
    if (--call.open === 0) call.resolve(call.answers);
  }
}

export function reject(entries: Entry[], error: unknown): void {
  for (const { recipients } of entries) for (const { call } of recipients) call.reject(error);
}

export function isFull(queue: Entry[]): boolean {
  return queue.length >= mostRowsOfBatch;
}

/**
 * Removes the first entries from the queue, at most one row per file: reports of one attempt are
 * folded, those of another attempt stay at its start for the next batch.
 */
export function takeBatch(queue: Entry[], mostRows = mostRowsOfBatch): Entry[] {
  const most = Math.min(mostRows, mostRowsOfBatch);
  const batch = new Map<string, Entry>();
  const later: Entry[] = [];
  let taken = 0;
  let text = 0;
  for (; taken < queue.length && batch.size < most && text < mostText; taken++) {
    const next = queue[taken] as Entry;
    text += next.row.results?.length ?? 0;
    const key = `${next.row.request} ${next.row.file}`;
    const first = batch.get(key);
    if (!first) batch.set(key, next);
    else if (!foldInto(first, next)) later.push(next);
  }
  queue.splice(0, taken - later.length);
  for (const [index, entry] of later.entries()) queue[index] = entry;
  return [...batch.values()];
}

function foldInto(into: Entry, next: Entry): boolean {
  const folded = fold(into.row, next.row);
  if (!folded) return false;
  into.row = folded.row;
  into.holdUntil = Math.min(into.holdUntil, next.holdUntil);
  for (const recipient of next.recipients)
    into.recipients.push({ ...recipient, whenRecorded: folded.reported });
  return true;
}
