export type OneByOne = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * Runs works one after another, in the order in which they came. Whoever gave a work is told of its
 * error; the next one runs all the same.
 */
export function makeOneByOne(): OneByOne {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
