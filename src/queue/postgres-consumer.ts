import type { Logger } from "pino";
import type { Db } from "../db/client.ts";
import type { Notifier } from "../db/notifier.ts";
import type { Consumer } from "./contract.ts";
import {
  deleteMessages,
  holdMessages,
  poisonMessages,
  type StoredMessage,
} from "./postgres-store.ts";
import { makeTaker } from "./postgres-taker.ts";
import { type Handle, judge } from "./verdicts.ts";

interface ConsumerOptions {
  db: Db;
  notifier: Notifier;
  log: Logger;
  topic: string;
  prefetch: number;
  handle: Handle;
}

/**
 * Short, so that the messages of a killed process are soon delivered again; renewed while the
 * handler works.
 */
const leaseSeconds = 15;
const renewSeconds = 5;
/** Besides notifications: finds messages whose notification was lost or whose wait has ended. */
const pollSeconds = 1;
/** The next batch is taken and parsed while the last is recorded. */
const batchesAtOnce = 2;

/** The channel that is notified when a topic has new messages. */
export function channelOf(topic: string): string {
  return `topic:${topic}`;
}

export function startConsumer(options: ConsumerOptions): Consumer {
  const { notifier, log, topic, prefetch } = options;
  let stopped = false;
  let notified = false;
  let wake: (() => void) | undefined;
  const onNotified = () => {
    notified = true;
    wake?.();
  };
  const unsubscribe = notifier.on(channelOf(topic), onNotified);

  const take = makeTaker(options.db.query);
  const atOnce = Math.min(prefetch, batchesAtOnce);
  const perBatch = Math.floor(prefetch / atOnce);

  const handling = new Set<Promise<void>>();

  async function run(): Promise<void> {
    while (!stopped) {
      notified = false;
      const taken = await take(topic, perBatch, leaseSeconds).catch(readLater);
      if (!taken.length) await pause();
      else handle(taken);
      if (handling.size === atOnce) await Promise.race(handling);
    }
    await Promise.all(handling);
  }

  function handle(taken: StoredMessage[]): void {
    const handled = handleAndSettle(options, taken)
      .catch((error: Error) =>
        log.warn(
          { err: error, topic },
          "messages could not be settled; they are delivered again when their lease expires",
        ),
      )
      .finally(() => handling.delete(handled));
    handling.add(handled);
  }

  function readLater(error: Error): StoredMessage[] {
    log.warn({ err: error, topic }, "a topic could not be read; it is read again in a second");
    return [];
  }

  async function pause(): Promise<void> {
    if (notified || stopped) return;
    await new Promise<void>((resolve) => {
      const clock = setTimeout(resolve, pollSeconds * 1000);
      wake = () => {
        clearTimeout(clock);
        resolve();
      };
    });
    wake = undefined;
  }

  const running = run();
  async function stop(): Promise<void> {
    stopped = true;
    unsubscribe();
    wake?.();
    await running;
  }
  return { stop };
}

async function handleAndSettle(
  { db, log, topic, handle }: ConsumerOptions,
  taken: StoredMessage[],
): Promise<void> {
  const renewal = setInterval(() => renew(db, taken, log), renewSeconds * 1000);
  const verdicts = await judge(
    handle,
    taken.map(({ body }) => body),
    log,
  ).finally(() => clearInterval(renewal));

  const done: number[] = [];
  const again = { ids: [] as number[], seconds: [] as number[] };
  const poison = { ids: [] as number[], reasons: [] as string[] };
  for (const [index, { id }] of taken.entries()) {
    const verdict = verdicts[index] ?? "done";
    if (verdict === "done") done.push(id);
    else if ("poison" in verdict) {
      poison.ids.push(id);
      poison.reasons.push(verdict.poison.replaceAll("\0", "\ufffd"));
    } else {
      again.ids.push(id);
      again.seconds.push(verdict.againInSeconds);
    }
  }
  if (done.length) await deleteMessages(db.query, done);
  if (poison.ids.length) await poisonMessages(db.query, topic, poison.ids, poison.reasons);
  if (again.ids.length) await holdMessages(db.query, again.ids, again.seconds);
}

function renew(db: Db, taken: StoredMessage[], log: Logger): void {
  const ids = taken.map(({ id }) => id);
  holdMessages(
    db.query,
    ids,
    ids.map(() => leaseSeconds),
  ).catch((error: Error) => log.debug({ err: error }, "a lease of messages was not renewed"));
}
