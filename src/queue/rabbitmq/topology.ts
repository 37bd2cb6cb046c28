import type { Options } from "amqplib";
import type { Logger } from "pino";
import { poisonTopic } from "../contract.ts";
import { isAbsent, isDifferent, unless } from "./codes.ts";
import type { BrokerConnection } from "./connection.ts";
import { KeptChannel } from "./kept-channel.ts";
import type { TopicRecord } from "./topic-store.ts";

/** Explicit, since quorum queues may be the broker's default. */
const classic = { "x-queue-type": "classic" };
/** Declaring a topic again is cheap; remembering every topic for ever is not. */
const mostRemembered = 20_000;

/**
 * Declares queues and checks whether they exist. It uses a separate channel, since a refusal closes
 * the channel.
 */
export class Topology {
  readonly #connection: BrokerConnection;
  readonly #channel: KeptChannel;
  readonly #record: TopicRecord;
  readonly #log: Logger;
  readonly #declared = new Set<string>();

  constructor(connection: BrokerConnection, record: TopicRecord, log: Logger) {
    this.#connection = connection;
    this.#channel = new KeptChannel(connection);
    this.#record = record;
    this.#log = log;
    // A broker that restarted may have lost its queues.
    connection.onOpen(() => this.#declared.clear());
  }

  /**
   * Topics are durable classic queues of the same name: they confirm in 2 ms (a quorum queue takes
   * 34 ms) and are cheap enough for one per request.
   */
  async declare(topics: string[]): Promise<void> {
    const fresh = topics.filter((topic) => !this.#declared.has(topic));
    if (!fresh.length) return;
    await this.#record.add(fresh);
    for (const topic of fresh) await this.#assert(topic);
    if (this.#declared.size > mostRemembered) this.#declared.clear();
    for (const topic of fresh) this.#declared.add(topic);
  }

  /**
   * An exchange of the topic's name, by which a login that may write to no queue can still publish
   * to this one.
   */
  async declareEntrance(topic: string): Promise<void> {
    const channel = await this.#channel.get();
    await this.#connection.ask(async () => {
      await channel.assertExchange(topic, "fanout", { durable: true });
      await channel.bindQueue(topic, topic, "");
    });
  }

  async declarePoison(topic: string): Promise<string> {
    const name = poisonTopic(topic);
    await this.#assert(name);
    return name;
  }

  /**
   * A queue where messages wait so many seconds before they go back to their topic. It is declared
   * before every use, which restarts its own expiry: a queue that expires loses its messages.
   */
  async declareLater(topic: string, seconds: number): Promise<string> {
    const name = `${topic}.later.${seconds}`;
    const milliseconds = seconds * 1000;
    await this.#assert(name, {
      messageTtl: milliseconds,
      expires: 2 * milliseconds + 60_000,
      deadLetterExchange: "",
      deadLetterRoutingKey: topic,
    });
    return name;
  }

  /** The queues were deleted elsewhere: the next publish declares them again. */
  forget(topics: string[]): void {
    for (const topic of topics) this.#declared.delete(topic);
  }

  async depth(topic: string): Promise<number> {
    const channel = await this.#channel.get();
    const found = await this.#connection.ask(() => unless(isAbsent, channel.checkQueue(topic)));
    if (!found) this.forget([topic]);
    return found?.messageCount ?? 0;
  }

  async drop(topic: string): Promise<void> {
    this.forget([topic]);
    for (const name of [topic, poisonTopic(topic)]) {
      const channel = await this.#channel.get();
      await this.#connection.ask(() => channel.deleteQueue(name));
    }
    await this.#record.remove(topic);
  }

  async #assert(name: string, options: Options.AssertQueue = {}): Promise<void> {
    const channel = await this.#channel.get();
    const found = await this.#connection.ask(() =>
      unless(
        isDifferent,
        channel.assertQueue(name, { durable: true, arguments: classic, ...options }),
      ),
    );
    if (!found)
      this.#log.warn(
        `The queue ${name} exists with other arguments than expected; it is used as it is.`,
      );
  }
}
