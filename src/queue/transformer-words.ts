// How transformers are spoken to on the broker: by Celery, as ServiceX's sidecars of 2024, or by
// plain messages, as its transformers of 2022.
import type { Channel } from "amqplib";
import {
  addConsumer,
  type CeleryMessage,
  cancelConsumer,
  declareCelery,
  type TransformTask,
  transformerQueue,
  transformTask,
} from "./celery.ts";

export interface TransformerWords {
  /** the queue that the containers of a run take from */
  queue(run: string): string;
  /** further queues that are made with it */
  besides(run: string): string[];
  exchange: string;
  key(run: string): string;
  /** before each publish, since a queue may have gone with its last worker */
  declare(channel: Channel, run: string): Promise<void>;
  message(task: TransformTask): CeleryMessage;
  /** the queue goes with its last worker: one that has workers is left to them */
  goesWithWorkers: boolean;
  /** workers acknowledge a message once the science of its file has ended, and not before */
  acknowledgesLate: boolean;
  /** asks workers that have left the queue to take from it again; without it nobody is asked */
  callBack?(run: string): CeleryMessage;
  /** tells workers to take no more */
  dismiss?(run: string): CeleryMessage;
  /** what the login of a run's workers needs */
  permissions(run: string): Permissions;
}

/** Regular expressions over names of queues and exchanges. */
export interface Permissions {
  configure: string;
  write: string;
  read: string;
}

/** `queueArguments`: what the sidecars of this facility declare their queue with. */
export const celeryWords = (queueArguments: Record<string, unknown> = {}): TransformerWords => ({
  queue: transformerQueue,
  besides: () => [],
  exchange: "",
  key: transformerQueue,
  async declare(channel, run) {
    await declareCelery(channel, run, queueArguments);
  },
  message: (task) => transformTask(task),
  goesWithWorkers: true,
  acknowledgesLate: true,
  callBack: (run) => addConsumer(run),
  dismiss: (run) => cancelConsumer(run),
  // A worker declares its queue, which it binds to the exchange `celery`, and a mailbox named after
  // itself, which it binds to `celery.pidbox`: both exchanges are declared too. It publishes
  // nowhere: to write to its own queues only lets it bind them.
  permissions(run) {
    const own = `${transformerQueue(run)}(@[^.]+\\.celery\\.pidbox)?`;
    const exchanges = "celery|celery\\.pidbox";
    return {
      configure: `^(${own}|${exchanges})$`,
      write: `^${own}$`,
      read: `^(${own}|${exchanges})$`,
    };
  },
});

const requests = "transformation_requests";
const failures = "transformation_failures";
const flags = { durable: false, autoDelete: false, exclusive: false } as const;

/** A transformer expects its queue to exist, and the failures' queue is read by nobody. */
export const wordsOf2022: TransformerWords = {
  queue: (run) => run,
  besides: (run) => [`${run}_errors`],
  exchange: requests,
  key: (run) => run,
  async declare(channel, run) {
    await channel.assertExchange(requests, "direct", { durable: false });
    await channel.assertExchange(failures, "direct", { durable: false });
    await channel.assertQueue(run, flags);
    await channel.bindQueue(run, requests, run);
    await channel.assertQueue(`${run}_errors`, flags);
    await channel.bindQueue(`${run}_errors`, failures, `${run}_errors`);
  },
  message({ requestId, fileId, paths, serviceEndpoint, resultDestination }) {
    // A comma parts paths: one in a path would make two of it.
    const whole = paths.filter((path) => !path.includes(","));
    const body = {
      "request-id": requestId,
      "file-id": fileId,
      columns: null,
      paths: (whole.length > 0 ? whole : paths.slice(0, 1)).join(","),
      "tree-name": null,
      "service-endpoint": serviceEndpoint,
      "chunk-size": "1000",
      "result-destination": resultDestination,
    };
    return {
      content: Buffer.from(JSON.stringify(body)),
      options: { contentType: "application/json", deliveryMode: 1, mandatory: true },
    };
  },
  goesWithWorkers: false,
  acknowledgesLate: false,
  permissions: (run) => ({ configure: "^$", write: "^$", read: `^${run}$` }),
};
