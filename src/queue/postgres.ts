import type { Logger } from "pino";
import type { Db } from "../db/client.ts";
import type { Notifier } from "../db/notifier.ts";
import { type Consumer, type Message, poisonTopic, type Queue, type Taken } from "./contract.ts";
import { channelOf, startConsumer } from "./postgres-consumer.ts";
import {
  countMessages,
  deleteMessages,
  deleteTopics,
  insertMessages,
  listTopics,
} from "./postgres-store.ts";
import { makeTaker } from "./postgres-taker.ts";

export interface PostgresQueueOptions {
  db: Db;
  notifier: Notifier;
  log: Logger;
  /** a message that is not settled within this time is given out again */
  leaseSeconds: number;
}

export function openPostgresQueue({
  db,
  notifier,
  log,
  leaseSeconds,
}: PostgresQueueOptions): Queue {
  const consumers = new Set<Consumer>();
  const takeNext = makeTaker(db.query);
  const settle = coalesce((ids: number[]) => deleteMessages(db.query, ids));

  async function publish(messages: Message[]): Promise<void> {
    if (!messages.length) return;
    await insertMessages(db.query, messages);
    for (const topic of new Set(messages.map(({ topic }) => topic)))
      notifier.notify(channelOf(topic));
  }

  async function take(topic: string, max: number): Promise<Taken[]> {
    const rows = await takeNext(topic, max, leaseSeconds);
    return rows.map(({ id, body }) => ({
      body: body as Record<string, unknown>,
      settle: () => settle(id),
    }));
  }

  async function consume(
    topic: string,
    prefetch: number,
    handle: Parameters<Queue["consume"]>[2],
  ): Promise<Consumer> {
    const consumer = startConsumer({ db, notifier, log, topic, prefetch, handle });
    const known: Consumer = { stop: () => consumer.stop().finally(() => consumers.delete(known)) };
    consumers.add(known);
    return known;
  }

  async function topics(prefix: string): Promise<string[]> {
    const found = await listTopics(db.query, prefix);
    return [...new Set(found.map((topic) => topic.replace(/\.poison$/, "")))];
  }

  async function check(): Promise<void> {
    await countMessages(db.query, [""]);
  }

  async function close(): Promise<void> {
    await Promise.all([...consumers].map((consumer) => consumer.stop()));
  }

  return {
    kind: "postgres",
    publish,
    take,
    consume,
    depths: (topics) => countMessages(db.query, topics),
    drop: (topic) => deleteTopics(db.query, [topic, poisonTopic(topic)]),
    topics,
    check,
    close,
  };
}

/**
 * Combines what is settled in one turn of the event loop, or while the last statement ran, into one
 * statement.
 */
function coalesce(flush: (ids: number[]) => Promise<void>): (id: number) => Promise<void> {
  let next: { ids: number[]; done: Promise<void> } | undefined;
  let last: Promise<unknown> = Promise.resolve();

  return (id) => {
    if (!next) {
      const batch = { ids: [] as number[], done: Promise.resolve() };
      batch.done = Promise.allSettled([last, new Promise((resolve) => setImmediate(resolve))]).then(
        () => {
          next = undefined;
          return flush(batch.ids);
        },
      );
      last = batch.done;
      next = batch;
    }
    next.ids.push(id);
    return next.done;
  };
}
