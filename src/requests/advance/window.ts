// How many files of a request are published at any time.

const leastFiles = 1000;
const filesOfWorker = 4;
/** The window is filled again when this part of it is free: by the chunk, not at each report. */
const freePart = 0.5;

/**
 * The most files of a request that are published: a fair order between requests and a quick cancel
 * depend on it.
 */
export function windowOf(workers: number): number {
  return Math.max(leastFiles, filesOfWorker * workers);
}

/** Whether waiting files are published now. */
export function isFilledNow(window: number, published: number, queued: number): boolean {
  return published < window && (queued === 0 || window - published >= freePart * window);
}

/** The two rules over columns of a statement. */
export const windowSql = {
  windowOf: (workers: string) => `greatest(${leastFiles}, ${filesOfWorker} * ${workers})`,
  isFilledNow: (window: string, published: string, queued: string) =>
    `(${published} < ${window} AND (${queued} = 0
      OR ${window} - ${published} >= ${freePart} * ${window}))`,
};
