import type { ConfirmChannel, Message } from "amqplib";
import type { Logger } from "pino";
import type { BrokerConnection } from "./connection.ts";

export interface Held {
  content: Buffer;
  settle(): void;
}

const absent = 404;
const mostIdle = 8;

/**
 * Takes the messages that are in a queue now. Each take has its own channel until all its messages
 * are settled: asking for a queue that does not exist closes the channel, and closing it returns
 * messages that were not settled in time (without the broker's own wait of 30 minutes).
 */
export class Taker {
  readonly #connection: BrokerConnection;
  readonly #log: Logger;
  readonly #holdMilliseconds: number;
  readonly #idle = new Set<ConfirmChannel>();

  constructor(connection: BrokerConnection, holdSeconds: number, log: Logger) {
    this.#connection = connection;
    this.#holdMilliseconds = holdSeconds * 1000;
    this.#log = log;
  }

  async take(queue: string, max: number): Promise<Held[]> {
    const channel = await this.#channel();
    try {
      // On a slow line it returns fewer: a call that runs out of time returns all to the broker.
      const until = performance.now() + this.#connection.patienceMilliseconds / 4;
      const messages = await this.#connection.ask(() => getUpTo(channel, { queue, max, until }));
      return this.#hold(channel, messages);
    } catch (error) {
      this.#close(channel);
      throw error;
    }
  }

  async #channel(): Promise<ConfirmChannel> {
    for (const channel of this.#idle) {
      this.#idle.delete(channel);
      return channel;
    }
    const channel = await this.#connection.channel();
    channel.once("close", () => this.#idle.delete(channel));
    return channel;
  }

  #hold(channel: ConfirmChannel, messages: Message[] | undefined): Held[] {
    if (!messages) return [];
    let open = messages.length;
    let over = false;
    const clock = setTimeout(() => {
      this.#log.warn(
        { messages: open },
        "messages were not settled in time; the broker has them back",
      );
      this.#close(channel);
    }, this.#holdMilliseconds).unref();
    const end = () => {
      clearTimeout(clock);
      over = true;
    };
    channel.once("close", end);
    if (open === 0) this.#free(channel, end);

    return messages.map((message) => ({
      content: message.content,
      settle: () => {
        // Its channel is closed: it is delivered again, and the ledger ignores a second one.
        if (over) return;
        channel.ack(message);
        if (--open === 0) this.#free(channel, end);
      },
    }));
  }

  #free(channel: ConfirmChannel, end: () => void): void {
    end();
    channel.off("close", end);
    if (this.#idle.size < mostIdle) this.#idle.add(channel);
    else this.#close(channel);
  }

  #close(channel: ConfirmChannel): void {
    this.#connection
      .ask(() => channel.close())
      .catch((error: Error) => this.#log.debug({ err: error }, "a channel was closed already"));
  }
}

interface Wanted {
  queue: string;
  max: number;
  /** `performance.now()` at which nothing more is asked for */
  until: number;
}

/** Empty if the queue does not exist, which also closes the channel. */
async function getUpTo(channel: ConfirmChannel, wanted: Wanted): Promise<Message[] | undefined> {
  const messages: Message[] = [];
  try {
    while (asksForMore(wanted, messages)) {
      const message = await channel.get(wanted.queue);
      if (!message) break;
      messages.push(message);
      await takeAll(channel, wanted, messages);
    }
    return messages;
  } catch (error) {
    if ((error as { code?: unknown }).code === absent) return undefined;
    throw error;
  }
}

/**
 * Takes many messages at once: basic.get needs a round trip for each (4,000/s), so a consumer is
 * started and canceled at once. In between, a classic queue sends about 200 messages. If a queue
 * sends none that soon, basic.get is used.
 */
async function takeAll(
  channel: ConfirmChannel,
  wanted: Wanted,
  messages: Message[],
): Promise<void> {
  for (let before = -1; asksForMore(wanted, messages) && messages.length > before; ) {
    before = messages.length;
    await channel.prefetch(wanted.max - before);
    const { consumerTag } = await channel.consume(wanted.queue, (message) => {
      if (message) messages.push(message);
    });
    await channel.cancel(consumerTag);
  }
}

function asksForMore({ max, until }: Wanted, messages: Message[]): boolean {
  return messages.length < max && performance.now() < until;
}
