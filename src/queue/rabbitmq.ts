import type { Logger } from "pino";
import type { Db } from "../db/client.ts";
import { type Consumer, type Message, type Queue, ReturnedError, type Taken } from "./contract.ts";
import { parseBody } from "./rabbitmq/body.ts";
import { BrokerConnection } from "./rabbitmq/connection.ts";
import { startConsumer } from "./rabbitmq/consumer.ts";
import { Publisher } from "./rabbitmq/publisher.ts";
import { Taker } from "./rabbitmq/taker.ts";
import { recordTopics } from "./rabbitmq/topic-store.ts";
import { Topology } from "./rabbitmq/topology.ts";

export interface RabbitQueueOptions {
  url: string;
  db: Db;
  log: Logger;
  /** a message that is not settled within this time goes back to the broker */
  leaseSeconds: number;
  patienceSeconds?: number;
}

/**
 * Opens at once, even if the broker cannot be reached: calls wait for it up to `patienceSeconds`,
 * then reject with `UnavailableError`.
 */
export function openRabbitQueue({
  url,
  db,
  log,
  leaseSeconds,
  patienceSeconds = 10,
}: RabbitQueueOptions): Queue {
  const patienceMilliseconds = patienceSeconds * 1000;
  const connection = new BrokerConnection({ url, name: "longshore", log, patienceMilliseconds });
  // A broker short of resources slows down or blocks a connection that publishes. Taking and
  // acknowledging continue on another one.
  const publishing = new BrokerConnection({
    url,
    name: "longshore publishing",
    log,
    patienceMilliseconds,
  });
  const record = recordTopics(db);
  const topology = new Topology(connection, record, log);
  const publisher = new Publisher(publishing);
  const taker = new Taker(connection, leaseSeconds, log);
  const consumers = new Set<Consumer>();

  async function publish(messages: Message[]): Promise<void> {
    if (!messages.length) return;
    await topology.declare([...new Set(messages.map(({ topic }) => topic))]);
    const back = await publisher.send(
      messages.map((message) => ({
        queue: message.topic,
        content: Buffer.from(JSON.stringify(message.body)),
        message,
      })),
    );
    if (!back.length) return;
    topology.forget(back.map(({ queue }) => queue));
    throw new ReturnedError(
      back.map(({ message }) => message),
      messages.length,
    );
  }

  async function take(topic: string, max: number): Promise<Taken[]> {
    const taken: Taken[] = [];
    for (const { content, settle } of await taker.take(topic, max)) {
      const parsed = await parseBody(topic, content);
      if ("body" in parsed && parsed.body !== null && typeof parsed.body === "object") {
        const body = parsed.body as Record<string, unknown>;
        taken.push({ body, settle: async () => settle() });
      } else {
        log.warn({ topic }, "a message that is not a JSON object was dropped");
        settle();
      }
    }
    return taken;
  }

  async function consume(
    topic: string,
    prefetch: number,
    handle: Parameters<Queue["consume"]>[2],
  ): Promise<Consumer> {
    const consumer = startConsumer({
      connection,
      topology,
      publisher,
      log,
      topic,
      prefetch,
      handle,
    });
    const known: Consumer = { stop: () => consumer.stop().finally(() => consumers.delete(known)) };
    consumers.add(known);
    return known;
  }

  async function depths(topics: string[]): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const topic of topics) found.set(topic, await topology.depth(topic));
    return found;
  }

  async function close(): Promise<void> {
    await Promise.all([...consumers].map((consumer) => consumer.stop()));
    await Promise.all([connection.close(), publishing.close()]);
  }

  async function check(): Promise<void> {
    await Promise.all([connection.check(), publishing.check()]);
  }

  return {
    kind: "rabbitmq",
    publish,
    take,
    consume,
    depths,
    drop: (topic) => topology.drop(topic),
    topics: record.list,
    check,
    close,
  };
}
