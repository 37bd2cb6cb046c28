// A step's retry policy, set by the user.

export interface RetryPolicy {
  /** tries of a file in one round; default: the service's FILE_ATTEMPTS */
  attempts?: number | null | undefined;
  /** wait before the second try; it doubles before each later one */
  wait_seconds?: number | null | undefined;
  /** error classes that are retried whatever the worker reports; default: the worker decides */
  classes?: string[] | null | undefined;
}

/** The worker ended; the file is not to blame. Retried under any policy. */
export const workersOwnClasses = ["lost"];

const mostSeconds = 300;

/**
 * SQL for the seconds until the next try: the first wait, doubled for each further try, up to five
 * minutes (or the first wait if that is longer).
 */
export function waitSql(firstWait: string, tries: string): string {
  const doubled = `${firstWait} * power(2, least(${tries}, 20))`;
  return `least(${doubled}, greatest(${firstWait}, ${mostSeconds}))`;
}
