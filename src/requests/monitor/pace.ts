/** Steps of files that were finished in this round, at a time. */
export interface Sample {
  /** milliseconds, by the clock of the database */
  at: number;
  finished: number;
}

const windowMilliseconds = 300_000;
const leastGapMilliseconds = 2000;

/**
 * The samples of the last five minutes, up to now. Only changes are sampled, so the count at the
 * start of the window is that of the last change before it, and the count now is known anyway.
 */
export function samplesInWindow(samples: readonly Sample[], now: Sample): Sample[] {
  const start = now.at - windowMilliseconds;
  const inside = samples.filter(({ at }) => at > start);
  const before = samples.findLast(({ at }) => at <= start);
  const known = before ? [{ at: start, finished: before.finished }, ...inside] : inside;
  const last = known.at(-1);
  return last && now.at - last.at < leastGapMilliseconds ? known : [...known, now];
}
