import { setTimeout as pause } from "node:timers/promises";
import { CallError, type Caller } from "../callers.ts";
import type { Random } from "../random.ts";
import type { Journal } from "./journal.ts";
import { makeQueueSender } from "./queue.ts";
import type { Report, WorkerOrders } from "./reports.ts";

const mostAtOnce = 1000;

/** Sends reports over HTTP or by queue, again and again until they are acknowledged. */
export function makeSender({
  caller,
  journal,
  random,
  orders,
}: {
  caller: Caller;
  journal: Journal;
  random: Random;
  orders: WorkerOrders;
}): (reports: Report[]) => Promise<void> {
  const { name, queueUrl, leaseSeconds } = orders;
  const byQueue = queueUrl ? makeQueueSender(queueUrl, leaseSeconds) : undefined;

  async function sendByHttp(reports: Report[]): Promise<void> {
    const { answers } = await caller.call<{ answers: string[] }>("/v1/work/reports", {
      worker: name,
      reports,
    });
    const recorded = reports.filter((_report, index) => answers[index] === "recorded");
    journal.write("acknowledged", recorded.filter(endsAttempt));
  }

  async function sendByQueue(reports: Report[]): Promise<void> {
    await byQueue?.({ worker: name, reports });
    journal.write("confirmed", reports.filter(endsAttempt));
  }

  async function sendOnce(reports: Report[]): Promise<boolean> {
    const way = orders.reports === "both" ? random.pick(["http", "queue"]) : orders.reports;
    try {
      await (way === "queue" ? sendByQueue(reports) : sendByHttp(reports));
      return true;
    } catch (error) {
      // Of well-formed reports, no service may say so.
      if (error instanceof CallError && error.status < 500) process.stderr.write(`${error}\n`);
      return false;
    }
  }

  return async (reports) => {
    for (let start = 0; start < reports.length; start += mostAtOnce) {
      const some = reports.slice(start, start + mostAtOnce);
      while (!(await sendOnce(some))) await pause(100);
    }
  };
}

function endsAttempt({ status }: Report): boolean {
  return status !== "start";
}
