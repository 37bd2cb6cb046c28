const workersKept = 100;

/** The ends of the logs of the last workers that died. */
export function makeLastWords(): {
  keep(worker: string, words: string): void;
  of(worker: string, bytes: number): string | undefined;
} {
  const kept = new Map<string, string>();
  return {
    keep(worker, words) {
      kept.set(worker, words);
      const [oldest] = kept.keys();
      if (kept.size > workersKept && oldest !== undefined) kept.delete(oldest);
    },
    of(worker, bytes) {
      const words = kept.get(worker);
      return words === undefined ? undefined : endOf(Buffer.from(words), bytes);
    },
  };
}

/** The last bytes as text, at most `bytes`, without half a character at the start. */
export function endOf(output: Buffer, bytes: number): string {
  let start = Math.max(0, output.length - bytes);
  while (start < output.length && ((output[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return output.subarray(start).toString();
}
