// What workers and agents publish: messages that are short enough, with the token they have, once
// there is an exchange.
import pRetry from "p-retry";
import type { Logger } from "pino";
import type { ReportsExchange } from "./contract.ts";

/** Of a list with more than one element, in characters: the service reads many at a time. */
const mostLetters = 500_000;
const longestWaitMilliseconds = 5000;

/** JSON arrays of the elements, each short enough for a message; none without elements. */
export function listsOf(elements: readonly unknown[]): string[] {
  const lists: string[][] = [];
  let letters = Number.POSITIVE_INFINITY;
  for (const element of elements) {
    const text = JSON.stringify(element);
    letters += text.length;
    if (letters > mostLetters) {
      lists.push([]);
      letters = text.length;
    }
    lists.at(-1)?.push(text);
  }
  return lists.map((texts) => `[${texts.join()}]`);
}

/** `rest` with one key more, whose value is JSON already. */
export function messageOf(rest: object, name: string, json: string): Buffer {
  return Buffer.from(`${JSON.stringify(rest).slice(0, -1)},${JSON.stringify(name)}:${json}}`);
}

/**
 * The token, if it is one that a service gave out, a JSON Web Token. The other one, of a service
 * without identity, is known to one of its processes alone, and by queue such a service needs none.
 */
export function tokenInMessage(token: string | undefined): { token?: string } {
  return token?.split(".").length === 3 ? { token } : {};
}

/**
 * Resolves when the exchange is there, or when the signal aborts: who cannot report takes no work.
 */
export async function untilReportable(
  exchange: Pick<ReportsExchange, "check">,
  who: "agent" | "worker",
  signal: AbortSignal,
  log: Logger,
): Promise<void> {
  let said = "";
  await pRetry(() => exchange.check(), {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 100,
    maxTimeout: longestWaitMilliseconds,
    randomize: true,
    signal,
    onFailedAttempt({ error }) {
      if (error.message !== said)
        log.warn(`The ${who} takes no work before it can report it. ${error.message}`);
      said = error.message;
    },
  }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
