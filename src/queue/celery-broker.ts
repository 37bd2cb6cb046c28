import { randomUUID } from "node:crypto";
import type { ConfirmChannel } from "amqplib";
import type { Logger } from "pino";
import { broadcast, type CeleryMessage, type TransformTask } from "./celery.ts";
import type { HeldMessages } from "./held-messages.ts";
import { AskingChannel } from "./rabbitmq/asking-channel.ts";
import { isAbsent, isDifferent } from "./rabbitmq/codes.ts";
import { BrokerConnection } from "./rabbitmq/connection.ts";
import { MandatoryChannel } from "./rabbitmq/mandatory-channel.ts";
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
  /**
   * How many messages containers of the run have, as of some seconds ago: each until the science of
   * its file has ended. Undefined where the broker does not tell.
   */
  held(run: string): Promise<number | undefined>;
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
  /** undefined without the broker's management API: AMQP does not tell it */
  held?: HeldMessages | undefined;
  patienceSeconds?: number;
}

/** Opens at once; calls wait for a broker that is away, as those of the queue do. */
export function openTransformerQueues({
  url,
  words,
  log,
  held,
  patienceSeconds = 10,
}: TransformerQueuesOptions): TransformerQueues {
  const patienceMilliseconds = patienceSeconds * 1000;
  const connection = new BrokerConnection({
    url,
    name: "longshore transformers",
    log,
    patienceMilliseconds,
  });
  const publishing = new MandatoryChannel(connection);
  const asking = new AskingChannel(connection);

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
      await asking.ask(never, (channel) => words.declare(channel, run));
    },
    async look(run) {
      const found = await asking.ask(isAbsent, (channel) => channel.checkQueue(words.queue(run)));
      return found && { ready: found.messageCount, consumers: found.consumerCount };
    },
    held: async (run) => (words.acknowledgesLate ? held?.(words.queue(run)) : undefined),
    async callBack(run) {
      const call = words.callBack?.(run);
      if (call) await asking.ask(never, (channel) => tell(channel, call));
    },
    async end(run) {
      const queue = words.queue(run);
      await asking.ask(isAbsent, (channel) => channel.purgeQueue(queue));
      const call = words.dismiss?.(run);
      if (call) await asking.ask(never, (channel) => tell(channel, call));
      const ifUnused = words.goesWithWorkers;
      for (const name of [queue, ...words.besides(run)])
        await asking.ask(
          (error) => isAbsent(error) || isDifferent(error),
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
    return publishing.publish(channel, {
      exchange: words.exchange,
      key: words.key(run),
      content,
      options: { ...options, messageId: options.messageId ?? randomUUID() },
    });
  }
}

function never(): boolean {
  return false;
}

async function tell(channel: ConfirmChannel, message: CeleryMessage): Promise<void> {
  await broadcast(channel, message);
  await channel.waitForConfirms();
}
