export interface Turns {
  /**
   * Does the work when it is the owner's turn. Returns undefined if the turn does not come in time,
   * too many calls of the owner already wait, or the signal aborts first.
   */
  take<Result>(
    turn: { owner: string; signal?: AbortSignal | undefined },
    work: () => Promise<Result>,
  ): Promise<Result | undefined>;
}

export interface TurnLimits {
  /** number of calls that work at once */
  slots: number;
  /** the largest number of calls of one owner that wait */
  mostWaiting: number;
  mostSeconds: number;
}

/** Owners take turns: one with a hundred calls is served as often as one with a single call. */
export function makeTurns({ slots, mostWaiting, mostSeconds }: TurnLimits): Turns {
  /** the owners that wait, the next one first */
  const line = new Map<string, Set<() => void>>();
  let busy = 0;

  return {
    async take({ owner, signal }, work) {
      if (busy < slots) busy += 1;
      else if (!(await isServed(owner, signal))) return undefined;
      try {
        return await work();
      } finally {
        // The slot goes to the next in line without becoming free in between
        if (!serveNext()) busy -= 1;
      }
    },
  };

  function isServed(owner: string, signal: AbortSignal | undefined): Promise<boolean> {
    const mine = line.get(owner) ?? new Set();
    if (mine.size >= mostWaiting || signal?.aborted) return Promise.resolve(false);
    line.set(owner, mine);
    return new Promise((resolve) => {
      const end = (served: boolean) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", giveUp);
        mine.delete(serve);
        if (mine.size === 0) line.delete(owner);
        resolve(served);
      };
      const serve = () => end(true);
      const giveUp = () => end(false);
      const timer = setTimeout(giveUp, mostSeconds * 1000);
      signal?.addEventListener("abort", giveUp);
      mine.add(serve);
    });
  }

  function serveNext(): boolean {
    const [first] = line;
    if (!first) return false;
    const [owner, waiting] = first;
    // To the end of the line
    line.delete(owner);
    line.set(owner, waiting);
    const [serve] = waiting;
    serve?.();
    return serve !== undefined;
  }
}
