import type { ConfirmChannel } from "amqplib";
import type { BrokerConnection } from "./connection.ts";

/** One channel for many callers: opened at the first use, and again after it was closed. */
export class KeptChannel {
  readonly #connection: BrokerConnection;
  readonly #whenOpened: (channel: ConfirmChannel) => void;
  #channel: Promise<ConfirmChannel> | undefined;

  constructor(
    connection: BrokerConnection,
    whenOpened: (channel: ConfirmChannel) => void = () => undefined,
  ) {
    this.#connection = connection;
    this.#whenOpened = whenOpened;
  }

  get(): Promise<ConfirmChannel> {
    this.#channel ??= this.#open();
    return this.#channel;
  }

  async #open(): Promise<ConfirmChannel> {
    try {
      const channel = await this.#connection.channel();
      channel.once("close", () => this.#forget());
      this.#whenOpened(channel);
      return channel;
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  #forget(): void {
    this.#channel = undefined;
  }
}
