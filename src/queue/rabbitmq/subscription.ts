import type { ConfirmChannel, ConsumeMessage } from "amqplib";
import type { Logger } from "pino";
import type { BrokerConnection } from "./connection.ts";

/** The messages of a topic over one channel, until the channel is closed. */
export class Subscription {
  readonly channel: ConfirmChannel;
  readonly #log: Logger;
  readonly #arrived: ConsumeMessage[] = [];
  #over = false;
  #wake: () => void = () => undefined;

  private constructor(channel: ConfirmChannel, log: Logger) {
    this.channel = channel;
    this.#log = log;
    channel.once("close", () => this.end());
  }

  static async open(
    connection: BrokerConnection,
    topic: string,
    prefetch: number,
    log: Logger,
  ): Promise<Subscription> {
    const subscription = new Subscription(await connection.channel(), log);
    const { channel } = subscription;
    try {
      await connection.ask(async () => {
        await channel.prefetch(prefetch);
        await channel.consume(topic, (message) => subscription.#take(message));
      });
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

  #take(message: ConsumeMessage | null): void {
    if (message) this.#arrived.push(message);
    // null: the queue was deleted.
    else this.#over = true;
    this.#wake();
  }
}
