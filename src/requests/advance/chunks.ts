import { type TimedChunk, timedChunk } from "../../timed-chunk.ts";

/** How many files of a request one statement takes: as many as take about a tenth of a second. */
export interface Chunks {
  register: TimedChunk;
  settle: TimedChunk;
}

/**
 * Not fewer than a thousand: these statements wait for the row of the counters, which claims and
 * reports of the request hold, and with fewer files they would wait as long.
 */
const limits = { first: 1000, least: 1000, most: 10_000, milliseconds: 100 };

export function makeChunks(): Chunks {
  return { register: timedChunk(limits), settle: timedChunk(limits) };
}
