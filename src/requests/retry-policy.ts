// What a user may say, for a step, about trying a file again.

export interface RetryPolicy {
  /** tries of a file, a round; the service's FILE_ATTEMPTS unless said */
  attempts?: number | null | undefined;
  /** before the second try; doubled before each one after */
  wait_seconds?: number | null | undefined;
  /**
   * error classes worth another try, whatever the worker says of them; its word counts unless said
   */
  classes?: string[] | null | undefined;
}

/** The worker's end, not the file's fault: tried again under any policy. */
export const workersOwnClasses = ["given_back", "lost"];

const mostSeconds = 300;

/**
 * Seconds until the next try in SQL: doubling with the tries made, at most five minutes or the
 * first wait where that is longer.
 */
export function waitSql(firstWait: string, tries: string): string {
  return `least(${firstWait} * power(2, least(${tries}, 20)), greatest(${firstWait}, ${mostSeconds}))`;
}
