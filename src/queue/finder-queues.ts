import { randomUUID } from "node:crypto";
import type { Options } from "amqplib";
import type { Logger } from "pino";
import { broadcast, declareFinder, finderQueue, lookupTask, revokeTask } from "./celery.ts";
import type { QueueLook } from "./celery-broker.ts";
import { ReturnedError } from "./contract.ts";
import { AskingChannel } from "./rabbitmq/asking-channel.ts";
import { isAbsent, isDifferent } from "./rabbitmq/codes.ts";
import { BrokerConnection } from "./rabbitmq/connection.ts";
import { MandatoryChannel } from "./rabbitmq/mandatory-channel.ts";

export interface Question {
  scheme: string;
  /** without its scheme, with its query */
  name: string;
  dataset: number;
  /** one of the requests that wait for it: finders of 2022 call back by it */
  request: string;
  /** where finders call, without a slash at its end */
  endpoint: string;
  /** names the task, so that it can be called off */
  task: string;
}

/** The queues in which finders of others are asked, of both generations. */
export interface FinderQueues {
  /** Undefined where there is no such queue. */
  look(queue: string): Promise<QueueLook | undefined>;
  /** Resolves when the broker has the message. */
  ask(queue: string, question: Question): Promise<void>;
  /** Tells finders to leave such a task, or to end it where it has begun. */
  callOff(task: string): Promise<void>;
  close(): Promise<void>;
}

export interface FinderQueuesOptions {
  url: string;
  log: Logger;
  patienceSeconds?: number;
}

/** Opens at once; calls wait for a broker that is away, as those of the queue do. */
export function openFinderQueues({
  url,
  log,
  patienceSeconds = 10,
}: FinderQueuesOptions): FinderQueues {
  const connection = new BrokerConnection({
    url,
    name: "longshore finders",
    log,
    patienceMilliseconds: patienceSeconds * 1000,
  });
  const publishing = new MandatoryChannel(connection);
  const asking = new AskingChannel(connection);

  return {
    async look(queue) {
      const found = await asking.ask(isAbsent, (channel) => channel.checkQueue(queue));
      return found && { ready: found.messageCount, consumers: found.consumerCount };
    },
    async ask(queue, question) {
      if (queue === finderQueue(question.scheme)) await declare(question.scheme);
      const { content, options } =
        queue === finderQueue(question.scheme) ? celeryQuestion(question) : plainQuestion(question);
      const message = { ...options, messageId: randomUUID() };
      const channel = await publishing.get();
      const isTaken = await connection.ask(() =>
        publishing.publish(channel, { exchange: "", key: queue, content, options: message }),
      );
      if (!isTaken) throw new ReturnedError([{ topic: queue, body: {} }], 1);
    },
    async callOff(task) {
      const channel = await publishing.get();
      await connection.ask(async () => {
        await broadcast(channel, revokeTask(task));
        await channel.waitForConfirms();
      });
    },
    close: () => connection.close(),
  };

  /** A facility may have declared it with arguments of its own: it is used as it is. */
  async function declare(scheme: string): Promise<void> {
    await asking.ask(isDifferent, (channel) => declareFinder(channel, scheme));
  }
}

function celeryQuestion({ scheme, name, dataset, endpoint, task }: Question) {
  return lookupTask(scheme, name, dataset, `${endpoint}/`, task);
}

/**
 * Finders of 2022 take the first three; those of the years after them the others, in the same
 * queues.
 */
function plainQuestion({ name, dataset, request, endpoint }: Question) {
  const body = {
    request_id: request,
    did: name,
    "service-endpoint": `${endpoint}/${request}`,
    dataset_id: dataset,
    endpoint: `${endpoint}/`,
  };
  const options: Options.Publish = {
    contentType: "application/json",
    contentEncoding: "utf-8",
    deliveryMode: 1,
  };
  return { content: Buffer.from(JSON.stringify(body)), options };
}
