import { type TimedChunk, timedChunk } from "../../timed-chunk.ts";

/** How many files of a request one statement takes: as many as take about a tenth of a second. */
export interface Chunks {
  register: TimedChunk;
  settle: TimedChunk;
}

const limits = { first: 1000, least: 100, most: 10_000, milliseconds: 100 };

/**
 * Registering waits for claims and reports of its request, which hold the row of the counters: such
 * a statement is slow however few its files, and fewer would only make it fall behind the claims.
 */
const leastRegistered = 1000;

export function makeChunks(): Chunks {
  return {
    register: timedChunk({ ...limits, least: leastRegistered }),
    settle: timedChunk(limits),
  };
}
