import pRetry from "p-retry";
import type { Logger } from "pino";
import type { ReportsExchange } from "../queue/contract.ts";
import type { Report } from "../requests/views.ts";
import type { ReportSender } from "./report-buffer.ts";

/** Of a message with more than one report, in characters: the service reads many at a time. */
const mostLetters = 500_000;
const longestWaitMilliseconds = 5000;

/** Answers a report with `sent` once the broker has confirmed it: the service reads it later. */
export function reportsByQueue(
  exchange: Pick<ReportsExchange, "publish">,
  { worker, token }: { worker: string; token?: string | undefined },
): ReportSender {
  const envelope = { worker, ...(token !== undefined && isSigned(token) && { token }) };
  return {
    async report(reports) {
      await exchange.publish(messagesOf(envelope, reports));
      return reports.map(() => "sent");
    },
  };
}

/**
 * Whether it is a worker's token, a JSON Web Token. The other one, of a service without identity,
 * is known to one of its processes alone, and by queue such a service needs none.
 */
function isSigned(token: string): boolean {
  return token.split(".").length === 3;
}

function messagesOf(envelope: object, reports: Report[]): Buffer[] {
  const start = `${JSON.stringify(envelope).slice(0, -1)},"reports":[`;
  const messages: string[][] = [];
  let letters = Number.POSITIVE_INFINITY;
  for (const report of reports) {
    const text = JSON.stringify(report);
    letters += text.length;
    if (letters > mostLetters) {
      messages.push([]);
      letters = text.length;
    }
    messages.at(-1)?.push(text);
  }
  return messages.map((texts) => Buffer.from(`${start}${texts.join()}]}`));
}

/**
 * Resolves when the exchange is there, or when the signal aborts: a worker that cannot report
 * claims no files.
 */
export async function untilReportable(
  exchange: Pick<ReportsExchange, "check">,
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
        log.warn(`The worker takes no work before it can report it. ${error.message}`);
      said = error.message;
    },
  }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
