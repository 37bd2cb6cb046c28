import pRetry from "p-retry";
import type { Logger } from "pino";
import type { Report } from "../requests/views.ts";
import { RejectedError } from "./work-api.ts";

const mostAtOnce = 1000;
const longestWaitMilliseconds = 5000;

/**
 * Keeps reports and sends them again until the service or the broker has stored them, also over a
 * restart.
 */
export interface ReportBuffer {
  add(task: string, report: Report): void;
  /** Resolves when at most `size` reports are left, or when the signal aborts. */
  atMost(size: number, signal: AbortSignal): Promise<void>;
}

/** Where reports go: the service, or the broker. */
export interface ReportSender {
  /** Returns the answers in the order of the reports, once they are stored. */
  report(reports: Report[]): Promise<string[]>;
}

interface Item {
  task: string;
  report: Report;
}

export function makeReportBuffer(
  sender: ReportSender,
  log: Logger,
  settled: (task: string) => void,
): ReportBuffer {
  const items: Item[] = [];
  let sending = false;
  const watchers: (() => void)[] = [];

  return {
    add(task, report) {
      items.push({ task, report });
      if (sending) return;
      sending = true;
      // Deferred, so that reports of the same moment go in one call.
      setImmediate(sendAll);
    },
    async atMost(size, signal) {
      signal.addEventListener("abort", wake);
      while (items.length > size && !signal.aborted)
        await new Promise<void>((resolve) => watchers.push(resolve));
      signal.removeEventListener("abort", wake);
    },
  };

  function wake(): void {
    for (const watcher of watchers.splice(0)) watcher();
  }

  async function sendAll(): Promise<void> {
    while (items.length > 0) {
      await pRetry(sendBatch, {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 100,
        maxTimeout: longestWaitMilliseconds,
        randomize: true,
        onFailedAttempt({ error, attemptNumber }) {
          if (attemptNumber === 1)
            log.warn(
              { err: error, reports: items.length },
              "reports could not be sent; they are kept and sent again",
            );
        },
      });
      wake();
    }
    sending = false;
  }

  /** Each try takes what has been added meanwhile. */
  async function sendBatch(): Promise<void> {
    const batch = items.slice(0, mostAtOnce);
    await deliver(batch);
    items.splice(0, batch.length);
  }

  /**
   * A report that the service never accepts must not block the others: halves the batch down to it.
   */
  async function deliver(batch: Item[]): Promise<void> {
    try {
      const answers = await sender.report(batch.map((item) => item.report));
      for (const [at, item] of batch.entries()) applyAnswer(item, answers[at] ?? "");
    } catch (error) {
      if (!(error instanceof RejectedError) || error.status === 401 || error.status === 403)
        throw error;
      const [first] = batch;
      if (first && batch.length === 1) {
        refuse(first, error);
        return;
      }
      const middle = Math.ceil(batch.length / 2);
      await deliver(batch.slice(0, middle));
      await deliver(batch.slice(middle));
    }
  }

  function refuse(item: Item, error: Error): void {
    if (addWithoutInput(item, error.message)) return;
    log.error({ err: error, report: item.report }, "the service does not accept this report");
    settled(item.task);
  }

  /**
   * A success whose object is missing in the store becomes another try; else the file stays held.
   */
  function applyAnswer(item: Item, answer: string): void {
    const { task, report } = item;
    if (!answer.startsWith("refused") || report.status !== "success") {
      settled(task);
      return;
    }
    if (addWithoutInput(item, answer)) return;
    log.warn({ report, answer }, "the service refused a success");
    const { results: _, input: __, ...rest } = report;
    items.push({
      task,
      report: {
        ...rest,
        status: "retry",
        error: { class: "unavailable", message: `The result was not accepted: ${answer}` },
      },
    });
  }

  /** A service of an earlier version does not know this key, and refuses it by its name. */
  function addWithoutInput({ task, report }: Item, refusal: string): boolean {
    const { input, ...plain } = report;
    if (!input || !/\binput\b/.test(refusal)) return false;
    items.push({ task, report: plain });
    return true;
  }
}
