/** Sizes statements by rows, so that each takes about the same time on every machine. */
export interface TimedChunk {
  /** Runs a statement over up to so many rows, which returns how many it found. */
  run(statement: (rows: number) => Promise<number>): Promise<{ done: number; isLast: boolean }>;
}

export interface ChunkLimits {
  first: number;
  least: number;
  most: number;
  milliseconds: number;
}

/** `now` is in milliseconds. */
export function timedChunk(
  { first, least, most, milliseconds }: ChunkLimits,
  now = () => performance.now(),
): TimedChunk {
  let size = first;
  return {
    async run(statement) {
      const rows = size;
      const began = now();
      const done = await statement(rows);
      const factor = milliseconds / Math.max(now() - began, 1);
      // A chunk that was not full says little about full ones.
      if (factor < 1 || done === rows)
        size = Math.round(Math.min(Math.max(rows * bounded(factor), least), most));
      return { done, isLast: done < rows };
    },
  };
}

/** One slow statement may have waited for a lock. */
function bounded(factor: number): number {
  return Math.min(Math.max(factor, 0.5), 2);
}
