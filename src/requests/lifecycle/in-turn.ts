import { RequestError, UnavailableError } from "../../errors.ts";
import { makeTurns } from "../../turns.ts";

export interface Turn {
  owner: string;
  /** aborts when the caller has closed the connection */
  signal?: AbortSignal | undefined;
}

/** Clients such as Node's `fetch` wait five minutes for an answer. */
const mostSeconds = 240;

/**
 * Limits how many calls of this process do at once what keeps a connection to the database for
 * long, so that other calls have the rest of the pool. Owners take turns.
 */
export function makeInTurn(slots: number, tooMany: string) {
  const turns = makeTurns({ slots, mostWaiting: 50, mostSeconds });
  return async <Result>(turn: Turn, work: () => Promise<Result>): Promise<Result> => {
    const done = await turns.take(turn, async () => ({ result: await work() }));
    if (done) return done.result;
    if (turn.signal?.aborted) throw callerLeft();
    throw new UnavailableError(tooMany, 60);
  };
}

export function callerLeft(): RequestError {
  return new RequestError(
    400,
    "caller_left",
    "The caller closed the connection before anything was recorded.",
  );
}
