// An agent that reports by the broker: it claims tasks, lists their files and renews leases over
// HTTP, and everything that it has found out is a message.
import pRetry from "p-retry";
import type { Logger } from "pino";
import type { ReportsExchange } from "../queue/contract.ts";
import { listsOf, messageOf, tokenInMessage } from "../queue/messages.ts";
import { pause } from "../time.ts";
import type { TaskApi, TaskProgress } from "./contract.ts";

export interface QueueProgressOptions {
  api: TaskApi;
  exchange: Pick<ReportsExchange, "publish">;
  agent: string;
  token?: string | undefined;
  /** Publishes no more what the broker has not taken, and renews no more leases. */
  signal: AbortSignal;
  log: Logger;
}

const longestWaitMilliseconds = 5000;
/** As of workers: what the service refuses is due again after so many leases. */
const mostLeases = 5;
const renewalsPerLease = 3;

export function progressByQueue(options: QueueProgressOptions): TaskApi {
  const { api, signal, log } = options;
  let leaseSeconds = 60;

  /** Until the service has read the message, which ends the turn. */
  async function keepLease(task: string, turn: number | undefined): Promise<void> {
    for (let times = 0; times < mostLeases * renewalsPerLease; times++) {
      await pause((leaseSeconds * 1000) / renewalsPerLease, signal);
      if (signal.aborted || !(await isKept(task, turn))) return;
    }
  }

  async function isKept(task: string, turn: number | undefined): Promise<boolean> {
    return api.progress(task, { settled: [], turn }).catch((error: Error) => {
      log.warn({ err: error, task }, "a task's lease was not renewed");
      return true;
    });
  }

  return {
    async claim(claim, stop) {
      const claimed = await api.claim(claim, stop);
      leaseSeconds = claimed[0]?.lease_seconds ?? leaseSeconds;
      return claimed;
    },
    files: api.files,
    async progress(task, progress) {
      if (isRenewal(progress)) return api.progress(task, progress);
      await publish(options, messagesOf(options, task, progress));
      void keepLease(task, progress.turn);
      return true;
    },
  };
}

function isRenewal({ settled, againInSeconds, error }: TaskProgress): boolean {
  return settled.length === 0 && againInSeconds === undefined && error === undefined;
}

/** The last one ends the turn; those before it settle files. */
function messagesOf(
  { agent, token }: QueueProgressOptions,
  task: string,
  { settled, turn, ...end }: TaskProgress,
): Buffer[] {
  const envelope = { agent, ...tokenInMessage(token), task, turn };
  const lists = listsOf(settled);
  const last = lists.pop() ?? "[]";
  return [
    ...lists.map((list) => messageOf(envelope, "settled", list)),
    messageOf({ ...envelope, ...end }, "settled", last),
  ];
}

/** Until the broker has confirmed it: a recall that was begun is not forgotten. */
async function publish(
  { exchange, signal, log }: QueueProgressOptions,
  messages: Buffer[],
): Promise<void> {
  await pRetry(() => exchange.publish(messages), {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 100,
    maxTimeout: longestWaitMilliseconds,
    randomize: true,
    shouldRetry: () => !signal.aborted,
    onFailedAttempt({ error, attemptNumber }) {
      if (attemptNumber === 1)
        log.warn({ err: error }, "progress could not be sent; it is kept and sent again");
    },
  });
}
