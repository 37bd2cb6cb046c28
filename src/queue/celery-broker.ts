import { randomUUID } from "node:crypto";
import type { ConfirmChannel } from "amqplib";
import type { Logger } from "pino";
import { broadcast, type CeleryMessage, type TransformTask } from "./celery.ts";
import { isAbsent, isInUse } from "./rabbitmq/codes.ts";
import { BrokerConnection } from "./rabbitmq/connection.ts";
import { KeptChannel } from "./rabbitmq/kept-channel.ts";
import type { TransformerWords } from "./transformer-words.ts";

/** What a queue holds now, without what its consumers have taken. */
export interface QueueLook {
  ready: number;
  consumers: number;
}

/** The queues of transformers on the broker, one a run. */
export interface TransformerQueues {
  /**
   * Declares the queue of a run and publishes to it; resolves when the broker has all messages,
   * with the tasks of those that it returned since the queue was gone already.
   */
  publish<Task extends TransformTask>(run: string, tasks: Task[]): Promise<Task[]>;
  /** Makes the queue, where containers expect to find it. */
  prepare(run: string): Promise<void>;
  /** Undefined where there is no such queue. */
  look(run: string): Promise<QueueLook | undefined>;
  /** Asks workers of this run that have left its queue to take from it again. */
  callBack(run: string): Promise<void>;
  /** Drops what waits, tells the workers to take no more, and removes a queue that has none. */
  end(run: string): Promise<void>;
  close(): Promise<void>;
}

export interface TransformerQueuesOptions {
  url: string;
  words: TransformerWords;
  log: Logger;
  patienceSeconds?: number;
}

/** Opens at once; calls wait for a broker that is away, as those of the queue do. */
export function openTransformerQueues({
  url,
  words,
  log,
  patienceSeconds = 10,
}: TransformerQueuesOptions): TransformerQueues {
  const patienceMilliseconds = patienceSeconds * 1000;
  const connection = new BrokerConnection({
    url,
    name: "longshore transformers",
    log,
    patienceMilliseconds,
  });
  const returned = new Set<string>();
  const publishing = new KeptChannel(connection, (channel) => {
    returned.clear();
    channel.on("return", ({ properties }) => returned.add(String(properties.messageId)));
  });
  /** A refusal closes its channel: questions have one of their own, and are asked one by one. */
  const asking = new KeptChannel(connection);
  let last: Promise<unknown> = Promise.resolve();

  return {
    async publish(run, tasks) {
      const channel = await publishing.get();
      const arrived = await connection.ask(async () => {
        await words.declare(channel, run);
        return Promise.all(tasks.map((task) => confirmed(channel, run, words.message(task))));
      });
      return tasks.filter((_task, index) => !arrived[index]);
    },
    async prepare(run) {
      if (words.goesWithWorkers) return;
      await ask(never, (channel) => words.declare(channel, run));
    },
    async look(run) {
      const found = await ask(isAbsent, (channel) => channel.checkQueue(words.queue(run)));
      return found && { ready: found.messageCount, consumers: found.consumerCount };
    },
    async callBack(run) {
      const call = words.callBack?.(run);
      if (call) await ask(never, (channel) => tell(channel, call));
    },
    async end(run) {
      const queue = words.queue(run);
      await ask(isAbsent, (channel) => channel.purgeQueue(queue));
      const call = words.dismiss?.(run);
      if (call) await ask(never, (channel) => tell(channel, call));
      const ifUnused = words.goesWithWorkers;
      for (const name of [queue, ...words.besides(run)])
        await ask(
          (error) => isAbsent(error) || isInUse(error),
          (channel) => channel.deleteQueue(name, { ifUnused }),
        );
    },
    async close() {
      await connection.close();
    },
  };

  function confirmed(
    channel: ConfirmChannel,
    run: string,
    { content, options }: CeleryMessage,
  ): Promise<boolean> {
    const messageId = options.messageId ?? randomUUID();
    return new Promise((resolve, reject) => {
      channel.publish(
        words.exchange,
        words.key(run),
        content,
        { ...options, messageId },
        (error: Error | null) => {
          if (error) reject(error);
          else resolve(!returned.delete(messageId));
        },
      );
    });
  }

  /** Undefined if the broker refuses as expected, which closes the channel. */
  function ask<Answer>(
    isExpected: (error: unknown) => boolean,
    question: (channel: ConfirmChannel) => PromiseLike<Answer>,
  ): Promise<Answer | undefined> {
    const answered = last.then(async () => {
      const channel = await asking.get();
      return connection.ask(async () => {
        try {
          return await question(channel);
        } catch (error) {
          if (isExpected(error)) return undefined;
          throw error;
        }
      });
    });
    last = answered.catch(() => undefined);
    return answered;
  }
}

function never(): boolean {
  return false;
}

async function tell(channel: ConfirmChannel, message: CeleryMessage): Promise<void> {
  await broadcast(channel, message);
  await channel.waitForConfirms();
}
