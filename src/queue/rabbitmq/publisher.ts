import { randomUUID } from "node:crypto";
import type { ConfirmChannel } from "amqplib";
import { within } from "../../time.ts";
import type { BrokerConnection } from "./connection.ts";
import { MandatoryChannel } from "./mandatory-channel.ts";

export interface Outgoing {
  queue: string;
  content: Buffer;
  headers?: Record<string, string>;
}

/**
 * Unconfirmed messages at once: enough to keep the broker's disk busy, few enough to be confirmed
 * in time.
 */
const windowSize = 1000;

/**
 * Publishes persistent messages to queues by name, each confirmed by the broker. Messages for a
 * queue that does not exist are returned.
 */
export class Publisher {
  readonly #connection: BrokerConnection;
  readonly #channel: MandatoryChannel;
  readonly #prefix = randomUUID();
  #sent = 0;

  constructor(connection: BrokerConnection) {
    this.#connection = connection;
    this.#channel = new MandatoryChannel(connection);
  }

  /** Resolves with the messages that were returned; the broker has stored all others. */
  async send<Item extends Outgoing>(items: Item[]): Promise<Item[]> {
    const back: Item[] = [];
    for (let start = 0; start < items.length; start += windowSize) {
      const channel = await this.#channel.get();
      const some = items.slice(start, start + windowSize);
      const placed = await this.#confirmed(channel, some);
      back.push(...some.filter((_item, index) => !placed[index]));
    }
    return back;
  }

  async #confirmed(channel: ConfirmChannel, items: Outgoing[]): Promise<boolean[]> {
    try {
      return await within(
        this.#connection.patienceMilliseconds,
        Promise.all(items.map((item) => this.#one(channel, item))),
      );
    } catch (error) {
      throw this.#connection.unavailable(error);
    }
  }

  #one(channel: ConfirmChannel, { queue, content, headers }: Outgoing): Promise<boolean> {
    const options = {
      messageId: `${this.#prefix}-${this.#sent++}`,
      persistent: true,
      contentType: "application/json",
      contentEncoding: "utf-8",
      ...(headers ? { headers } : {}),
    };
    return this.#channel.publish(channel, { exchange: "", key: queue, content, options });
  }
}
