import type { ConfirmChannel, Options } from "amqplib";
import type { BrokerConnection } from "./connection.ts";
import { KeptChannel } from "./kept-channel.ts";

export interface Addressed {
  exchange: string;
  key: string;
  content: Buffer;
  options: Options.Publish & { messageId: string };
}

/** A channel whose messages the broker confirms, and returns where no queue takes them. */
export class MandatoryChannel {
  readonly #channel: KeptChannel;
  readonly #returned = new Set<string>();

  constructor(connection: BrokerConnection) {
    this.#channel = new KeptChannel(connection, (channel) => {
      this.#returned.clear();
      channel.on("return", ({ properties }) => this.#returned.add(String(properties.messageId)));
    });
  }

  get(): Promise<ConfirmChannel> {
    return this.#channel.get();
  }

  /** Resolves with whether a queue has the message: the broker returns it before it confirms it. */
  publish(
    channel: ConfirmChannel,
    { exchange, key, content, options }: Addressed,
  ): Promise<boolean> {
    const mandatory = { ...options, mandatory: true };
    return new Promise((resolve, reject) => {
      channel.publish(exchange, key, content, mandatory, (error: Error | null) => {
        if (error) reject(error);
        else resolve(!this.#returned.delete(options.messageId));
      });
    });
  }
}
