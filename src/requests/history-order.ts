// The order in which rows of `file_status` were written. `seq` counts them, and the moves of
// requests, whatever the clock does; rows of earlier versions have none and come first.

/** A condition on two rows. */
export function wasBefore(earlier: string, later: string): string {
  return `coalesce(${earlier}.seq < ${later}.seq, ${earlier}.recorded_at < ${later}.recorded_at)`;
}

export function oldestFirst(row: string): string {
  return `${row}.seq NULLS FIRST, ${row}.recorded_at`;
}

export function newestFirst(row: string): string {
  return `${row}.seq DESC NULLS LAST, ${row}.recorded_at DESC`;
}
