import { randomUUID } from "node:crypto";
import type { ConfirmChannel, Options } from "amqplib";
import type { Logger } from "pino";
import { broadcast, declareFinder, finderQueue, lookupTask } from "./celery.ts";
import { ReturnedError } from "./contract.ts";
import { BrokerConnection } from "./rabbitmq/connection.ts";
import { KeptChannel } from "./rabbitmq/kept-channel.ts";

/** What a queue holds now, without what its consumers have taken. */
export interface FinderQueueLook {
  ready: number;
  consumers: number;
}

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
  look(queue: string): Promise<FinderQueueLook | undefined>;
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

const absent = 404;
const otherArguments = 406;

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
  const returned = new Set<string>();
  const publishing = new KeptChannel(connection, (channel) => {
    returned.clear();
    channel.on("return", ({ properties }) => returned.add(String(properties.messageId)));
  });
  /** A refusal closes its channel, so that questions have one of their own. */
  const asking = new KeptChannel(connection);

  return {
    async look(queue) {
      const channel = await asking.get();
      const found = await connection.ask(() => unless(absent, channel.checkQueue(queue)));
      return found && { ready: found.messageCount, consumers: found.consumerCount };
    },
    async ask(queue, question) {
      if (queue === finderQueue(question.scheme)) await declare(question.scheme);
      const { content, options } =
        queue === finderQueue(question.scheme) ? celeryQuestion(question) : plainQuestion(question);
      const id = randomUUID();
      const channel = await publishing.get();
      await connection.ask(() =>
        confirmed(channel, queue, content, { ...options, mandatory: true, messageId: id }),
      );
      if (returned.delete(id)) throw new ReturnedError([{ topic: queue, body: {} }], 1);
    },
    async callOff(task) {
      const channel = await asking.get();
      await connection.ask(async () => {
        await broadcast(channel, revoked(task));
        await channel.waitForConfirms();
      });
    },
    close: () => connection.close(),
  };

  /** A facility may have declared it with arguments of its own: it is used as it is. */
  async function declare(scheme: string): Promise<void> {
    const channel = await asking.get();
    await connection.ask(() => unless(otherArguments, declareFinder(channel, scheme)));
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

/** A task that has begun is ended with the process that does it, which its worker replaces. */
function revoked(task: string, now = Date.now()) {
  const call = {
    method: "revoke",
    arguments: { task_id: task, terminate: true, signal: "SIGTERM" },
    destination: null,
    pattern: null,
    matcher: null,
  };
  return {
    content: Buffer.from(JSON.stringify(call)),
    options: {
      contentType: "application/json",
      contentEncoding: "utf-8",
      headers: { clock: 1, expires: now / 1000 + 60 },
    },
  };
}

function confirmed(
  channel: ConfirmChannel,
  queue: string,
  content: Buffer,
  options: Options.Publish,
): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.sendToQueue(queue, content, options, (error: Error | null) =>
      error ? reject(error) : resolve(),
    );
  });
}

/** Undefined if the broker refuses with this code, which closes the channel. */
async function unless<Answer>(code: number, asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if ((error as { code?: unknown }).code === code) return undefined;
    throw error;
  }
}
