import type { ConfirmChannel } from "amqplib";
import { makeOneByOne } from "../../one-by-one.ts";
import { unless } from "./codes.ts";
import type { BrokerConnection } from "./connection.ts";
import { KeptChannel } from "./kept-channel.ts";

/**
 * A channel for questions that the broker may refuse. A refusal closes the channel, with all that
 * is under way on it: questions are asked one by one.
 */
export class AskingChannel {
  readonly #connection: BrokerConnection;
  readonly #channel: KeptChannel;
  readonly #oneByOne = makeOneByOne();

  constructor(connection: BrokerConnection) {
    this.#connection = connection;
    this.#channel = new KeptChannel(connection);
  }

  /**
   * Undefined if the broker refuses as expected. Questions to a broker that is away wait side by
   * side, each as long as a call may take.
   */
  ask<Answer>(
    isExpected: (error: unknown) => boolean,
    question: (channel: ConfirmChannel) => PromiseLike<Answer>,
  ): Promise<Answer | undefined> {
    const until = performance.now() + this.#connection.patienceMilliseconds;
    return this.#oneByOne(async () => {
      await this.#connection.opened(until - performance.now());
      const channel = await this.#channel.get();
      return this.#connection.ask(() => unless(isExpected, question(channel)));
    });
  }
}
