import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { UnavailableError } from "../errors.ts";
import { progressTopic, type ReportsExchange, reportsTopic } from "./contract.ts";
import { AskingChannel } from "./rabbitmq/asking-channel.ts";
import { isAbsent } from "./rabbitmq/codes.ts";
import { BrokerConnection } from "./rabbitmq/connection.ts";
import { MandatoryChannel } from "./rabbitmq/mandatory-channel.ts";

const topics = { reports: reportsTopic, progress: progressTopic };

export interface ReportsExchangeOptions {
  url: string;
  /** of workers, or progress of agents */
  of: keyof typeof topics;
  log: Logger;
  /** how long a question waits for a broker that is away */
  patienceSeconds?: number;
}

/**
 * The exchange of reports to a service, for a login that may do nothing but write to it. Opens at
 * once, even if the broker cannot be reached.
 */
export function openReportsExchange({
  url,
  of,
  log,
  patienceSeconds = 10,
}: ReportsExchangeOptions): ReportsExchange {
  const patienceMilliseconds = patienceSeconds * 1000;
  const connection = new BrokerConnection({
    url,
    name: "longshore reports",
    log,
    patienceMilliseconds,
  });
  const asking = new AskingChannel(connection);
  const publishing = new MandatoryChannel(connection);
  const topic = topics[of];
  const { host } = new URL(url);
  let isThere = false;

  async function check(): Promise<void> {
    const found = await asking.ask(isAbsent, (channel) => channel.checkExchange(topic));
    if (!found)
      throw new UnavailableError(
        `The broker at ${host} has no exchange ${topic}: a service whose QUEUE_URL names ` +
          "this broker makes it when its scheduler starts.",
      );
    isThere = true;
  }

  /**
   * Waits for the confirms as long as the connection lives, since a broker that is short of
   * resources takes the messages later: published again, they would come many times.
   */
  async function publish(messages: Buffer[]): Promise<void> {
    if (!isThere) await check();
    try {
      const channel = await publishing.get();
      const arrived = await Promise.all(
        messages.map((content) =>
          publishing.publish(channel, {
            exchange: topic,
            key: "",
            content,
            options: {
              messageId: randomUUID(),
              persistent: true,
              contentType: "application/json",
              contentEncoding: "utf-8",
            },
          }),
        ),
      );
      if (arrived.includes(false))
        throw new UnavailableError(
          `The broker at ${host} returned reports: no queue is bound to the exchange ` +
            `${topic}. The service's scheduler binds one when it starts.`,
        );
    } catch (error) {
      isThere = false;
      throw connection.unavailable(error);
    }
  }

  return { check, publish, close: () => connection.close() };
}
