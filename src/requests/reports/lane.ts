// The reports of one request that are recorded apart from those of others.
import { UnavailableError } from "../../errors.ts";
import { type Entry, reject, takeBatch } from "./entry.ts";

export interface Lane {
  request: string;
  /** of batches that failed: tried again before what arrived later */
  parts: Entry[][];
  queue: Entry[];
  /** of the queue, in characters */
  size: number;
  isRunning: boolean;
  /** tries in a row that were blocked */
  blocked: number;
  /** not before, by `performance.now()` */
  nextTry: number;
  /** no report is held for a shorter time */
  earliestHold: number;
  /** of a statement: fewer after one that was too slow, as long as there is the lane */
  mostRows: number;
  lastFailure: number;
}

/** A lane without failures is kept this long after its last one. */
const rejoinMilliseconds = 10_000;
/** One whose last try was blocked, while no reports arrive */
const forgottenMilliseconds = 60_000;
const firstWait = 250;
const longestWait = 5000;
/** of a row without its texts */
const rowSize = 1000;

export function makeLane(request: string): Lane {
  return {
    request,
    parts: [],
    queue: [],
    size: 0,
    isRunning: false,
    blocked: 0,
    nextTry: Number.NEGATIVE_INFINITY,
    earliestHold: Number.POSITIVE_INFINITY,
    mostRows: Number.POSITIVE_INFINITY,
    lastFailure: Number.NEGATIVE_INFINITY,
  };
}

export function enqueue(lane: Lane, entry: Entry): void {
  lane.queue.push(entry);
  lane.size += sizeOf(entry);
  noteHolds(lane, [entry]);
}

/** A part of a batch that failed. */
export function addPart(lane: Lane, part: Entry[]): void {
  lane.parts.push(part);
  noteHolds(lane, part);
}

export function isEmpty({ parts, queue }: Lane): boolean {
  return parts.length === 0 && queue.length === 0;
}

export function isDue(lane: Lane, now: number): boolean {
  return !lane.isRunning && !isEmpty(lane) && lane.nextTry <= now;
}

/** Its reports may go into batches with those of others again. */
export function mayRejoin(lane: Lane, now: number): boolean {
  if (lane.isRunning || lane.parts.length > 0) return false;
  const kept = lane.blocked > 0 ? forgottenMilliseconds : rejoinMilliseconds;
  return now - lane.lastFailure > kept && (lane.blocked === 0 || lane.queue.length === 0);
}

export function takePart(lane: Lane): Entry[] {
  const part = lane.parts.shift();
  if (part) return part;
  const batch = takeBatch(lane.queue, lane.mostRows);
  lane.size = sizeOfAll(lane.queue);
  return batch;
}

/** Puts a part back in two halves, so that a bad row is found or fewer rows take less time. */
export function putBackInHalves(lane: Lane, part: Entry[]): void {
  const half = Math.ceil(part.length / 2);
  lane.parts.unshift(part.slice(0, half), part.slice(half));
  noteHolds(lane, part);
}

/** Puts a part back until the next try. */
export function putBack(lane: Lane, part: Entry[], now: number): void {
  lane.parts.unshift(part);
  noteHolds(lane, part);
  const wait = Math.min(firstWait * 2 ** lane.blocked, longestWait);
  lane.blocked++;
  lane.nextTry = now + wait * (0.75 + Math.random() / 4);
}

/** Rejects what is held no longer. */
export function giveUpExpired(lane: Lane, now: number): void {
  if (lane.earliestHold <= now) giveUp(lane, ({ holdUntil }) => holdUntil <= now);
}

export function giveUp(lane: Lane, which: (entry: Entry) => boolean): void {
  const error = unavailable(lane);
  const keep = (entries: Entry[]) => {
    reject(entries.filter(which), error);
    return entries.filter((entry) => !which(entry));
  };
  lane.parts = lane.parts.map(keep).filter((part) => part.length > 0);
  lane.queue = keep(lane.queue);
  lane.size = sizeOfAll(lane.queue);
  lane.earliestHold = Number.POSITIVE_INFINITY;
  for (const part of [...lane.parts, lane.queue]) noteHolds(lane, part);
}

function noteHolds(lane: Lane, entries: Entry[]): void {
  for (const { holdUntil } of entries) lane.earliestHold = Math.min(lane.earliestHold, holdUntil);
}

function sizeOfAll(entries: Entry[]): number {
  return entries.reduce((total, entry) => total + sizeOf(entry), 0);
}

function sizeOf({ row: { results, info, groupMessage } }: Entry): number {
  return rowSize + (results?.length ?? 0) + (info?.length ?? 0) + (groupMessage?.length ?? 0);
}

export function unavailable({ request, nextTry }: Lane): UnavailableError {
  const seconds = Math.max(2, Math.ceil((nextTry - performance.now()) / 1000));
  return new UnavailableError(
    `Reports of request ${request} cannot be recorded now, because rows of it are locked or ` +
      "slow. Send them again.",
    seconds,
  );
}
