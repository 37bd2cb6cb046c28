import type { ConfirmChannel, ConsumeMessage } from "amqplib";
import type { Logger } from "pino";
import type { BrokerConnection } from "./connection.ts";
import { mostBytes, type Prefetch } from "./prefetch.ts";
import { suspicionOf } from "./suspects.ts";

/** The messages of a topic over one channel, until the channel is closed. */
export class Subscription {
  readonly channel: ConfirmChannel;
  readonly #log: Logger;
  readonly #topic: string;
  readonly #prefetch: Prefetch;
  readonly #arrived: ConsumeMessage[] = [];
  /** of messages that are not acknowledged */
  #heldBytes = 0;
  /** undefined while no more messages are asked for */
  #consumer: { tag: string; prefetch: number } | undefined;
  #canceling: Promise<unknown> = Promise.resolve();
  #over = false;
  #isRestricted = false;
  #wake: () => void = () => undefined;

  private constructor(channel: ConfirmChannel, topic: string, prefetch: Prefetch, log: Logger) {
    this.channel = channel;
    this.#topic = topic;
    this.#prefetch = prefetch;
    this.#log = log;
    channel.once("close", () => this.end());
  }

  static async open(
    connection: BrokerConnection,
    topic: string,
    prefetch: Prefetch,
    log: Logger,
  ): Promise<Subscription> {
    const channel = await connection.channel();
    const subscription = new Subscription(channel, topic, prefetch, log);
    try {
      await connection.ask(() => subscription.#consume());
      return subscription;
    } catch (error) {
      subscription.close();
      throw error;
    }
  }

  /** Resolves with all messages since the last call; empty once the subscription has ended. */
  async next(): Promise<ConsumeMessage[]> {
    if (!this.#arrived.length && !this.#over)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    // Messages of the same read from the socket belong to the same batch.
    await new Promise((resolve) => setImmediate(resolve));
    return this.#over ? [] : this.#arrived.splice(0);
  }

  /**
   * Takes no more messages until the batch is settled, and then one at a time. Resolves with those
   * that have arrived meanwhile, which belong to the batch.
   */
  async restrict(): Promise<ConsumeMessage[]> {
    this.#isRestricted = true;
    this.#prefetch.restrict();
    await this.#cancel();
    return this.#arrived.splice(0);
  }

  /** To be called after the messages of a batch are acknowledged. */
  async settled(batch: ConsumeMessage[]): Promise<void> {
    for (const { content } of batch) this.#heldBytes -= content.length;
    if (!this.#isRestricted) this.#prefetch.grow(batch.length);
    this.#isRestricted = false;
    if (this.#over || this.#consumer?.prefetch === this.#prefetch.value) return;
    await this.#cancel();
    // A new consumer has a prefetch of its own, which must not come on top of what is held.
    if (this.#arrived.length === 0) await this.#consume();
  }

  end(): void {
    this.#over = true;
    this.#wake();
  }

  /** Closing the channel returns unacknowledged messages to the queue. */
  close(): void {
    this.end();
    const closing = (async () => this.channel.close())();
    closing.catch((error: Error) =>
      this.#log.debug({ err: error }, "a consumer's channel was closed already"),
    );
  }

  /** A prefetch counts for the consumers that begin after it was set. */
  async #consume(): Promise<void> {
    const prefetch = this.#prefetch.value;
    await this.channel.prefetch(prefetch);
    const { consumerTag: tag } = await this.channel.consume(this.#topic, (message) =>
      this.#take(message),
    );
    this.#consumer = { tag, prefetch };
  }

  /** Once it resolves, no more messages arrive. */
  #cancel(): Promise<unknown> {
    const { tag } = this.#consumer ?? {};
    this.#consumer = undefined;
    if (tag !== undefined) this.#canceling = this.channel.cancel(tag);
    return this.#canceling;
  }

  #take(message: ConsumeMessage | null): void {
    // null: the queue was deleted.
    if (!message) this.#over = true;
    else if (this.#isTooMuch(message)) this.#giveBack(message);
    else {
      this.#prefetch.see(message.content.length);
      this.#heldBytes += message.content.length;
      this.#arrived.push(message);
    }
    this.#wake();
  }

  /**
   * Large messages may come right after small ones, when many were asked for. One that is to be
   * handled alone is kept: given back, it would look as if it had failed a second time.
   */
  #isTooMuch(message: ConsumeMessage): boolean {
    if (suspicionOf(message) === "alone") return false;
    return this.#heldBytes > 0 && this.#heldBytes + message.content.length > mostBytes;
  }

  /** No more are asked for until the batch that is held is settled. */
  #giveBack(message: ConsumeMessage): void {
    this.#prefetch.see(message.content.length);
    this.channel.nack(message, false, true);
    if (this.#consumer)
      this.#cancel().catch((error: Error) =>
        this.#log.debug({ err: error }, "a consumer was canceled already"),
      );
  }
}
