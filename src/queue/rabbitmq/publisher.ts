import { randomUUID } from "node:crypto";
import type { ConfirmChannel } from "amqplib";
import { within } from "../../time.ts";
import type { BrokerConnection } from "./connection.ts";
import { KeptChannel } from "./kept-channel.ts";

export interface Outgoing {
  queue: string;
  content: Buffer;
  headers?: Record<string, string>;
}

/**
 * What is on its way at once: enough to keep the broker's disk busy, little enough to be confirmed
 * in good time.
 */
const windowSize = 1000;

/**
 * Persistent messages to queues by name, each confirmed by the broker; those for a queue that is
 * gone come back.
 */
export class Publisher {
  readonly #connection: BrokerConnection;
  readonly #channel: KeptChannel;
  readonly #prefix = randomUUID();
  readonly #returned = new Set<string>();
  #sent = 0;

  constructor(connection: BrokerConnection) {
    this.#connection = connection;
    this.#channel = new KeptChannel(connection, (channel) => {
      this.#returned.clear();
      channel.on("return", ({ properties }) => this.#returned.add(String(properties.messageId)));
    });
  }

  /** Answers the messages that came back; all others the broker has for good. */
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

  /** A message comes back before it is confirmed. */
  #one(channel: ConfirmChannel, { queue, content, headers }: Outgoing): Promise<boolean> {
    const messageId = `${this.#prefix}-${this.#sent++}`;
    const properties = {
      messageId,
      mandatory: true,
      persistent: true,
      contentType: "application/json",
      contentEncoding: "utf-8",
      ...(headers ? { headers } : {}),
    };
    return new Promise((resolve, reject) => {
      channel.sendToQueue(queue, content, properties, (error: Error | null) => {
        if (error) reject(error);
        else resolve(!this.#returned.delete(messageId));
      });
    });
  }
}
