import { randomUUID } from "node:crypto";
import type { Channel, Options } from "amqplib";

// Task messages for ServiceX sidecars and finders, in Celery protocol 2 for unmodified Celery 5
// workers.

export interface CeleryTask {
  task: string;
  args?: unknown[];
  kwargs?: Record<string, unknown>;
  /** chosen by us: a message published again may have the same */
  id?: string;
}

export interface CeleryMessage {
  content: Buffer;
  options: Options.Publish;
}

export interface TransformTask {
  requestId: string;
  fileId: number;
  /** replicas in order of preference */
  paths: string[];
  serviceEndpoint: string;
  resultDestination: string;
  resultFormat: string;
}

const origin = "longshore";

/**
 * Queues and exchanges are declared with these flags and no arguments, unless the facility names
 * some. The worker declares them too, and the broker refuses any difference.
 */
export const sidecarQueueFlags = { durable: false, autoDelete: true, exclusive: false } as const;
export const finderQueueFlags = { durable: true, autoDelete: false, exclusive: false } as const;
const broadcastExchange = "celery.pidbox";

export function transformerQueue(requestId: string): string {
  return `transformer-${requestId}`;
}

export function finderQueue(scheme: string): string {
  return `did_finder_${scheme}`;
}

/** Of finders of 2022, which alone declare it: it is there while such a finder is. */
export function plainFinderQueue(scheme: string): string {
  return `${scheme}_did_requests`;
}

/**
 * The broker deletes the queue and its messages when its last worker disconnects. It must be
 * declared before each publish, otherwise the message is dropped.
 */
export async function declareCelery(
  channel: Channel,
  requestId: string,
  args: Record<string, unknown> = {},
): Promise<string> {
  const options = {
    ...sidecarQueueFlags,
    ...(Object.keys(args).length > 0 && { arguments: args }),
  };
  const { queue } = await channel.assertQueue(transformerQueue(requestId), options);
  return queue;
}

export async function declareFinder(channel: Channel, scheme: string): Promise<string> {
  const name = finderQueue(scheme);
  await channel.assertQueue(name, finderQueueFlags);
  await channel.assertExchange(name, "direct", { durable: true });
  await channel.bindQueue(name, name, name);
  return name;
}

export function transformTask(
  { requestId, fileId, paths, serviceEndpoint, resultDestination, resultFormat }: TransformTask,
  id?: string,
): CeleryMessage {
  return celeryMessage({
    task: "transformer_sidecar.transform_file",
    kwargs: {
      request_id: requestId,
      file_id: fileId,
      paths,
      service_endpoint: serviceEndpoint,
      result_destination: resultDestination,
      result_format: resultFormat,
    },
    ...(id === undefined ? {} : { id }),
  });
}

/** `did` is without its scheme but with its query; the endpoint ends with a slash. */
export function lookupTask(
  scheme: string,
  did: string,
  datasetId: number,
  endpoint: string,
  id?: string,
): CeleryMessage {
  return celeryMessage({
    task: `${finderQueue(scheme)}.lookup_dataset`,
    args: [did, datasetId, endpoint],
    ...(id === undefined ? {} : { id }),
  });
}

/** A message without a content type makes the worker exit, which deletes its queue. */
export function celeryMessage({
  task,
  args = [],
  kwargs = {},
  id = randomUUID(),
}: CeleryTask): CeleryMessage {
  return {
    content: Buffer.from(
      JSON.stringify([args, kwargs, { callbacks: null, errbacks: null, chain: null, chord: null }]),
    ),
    options: {
      contentType: "application/json",
      contentEncoding: "utf-8",
      deliveryMode: 2,
      priority: 0,
      mandatory: true,
      correlationId: id,
      messageId: id,
      headers: {
        lang: "py",
        task,
        id,
        root_id: id,
        parent_id: null,
        group: null,
        retries: 0,
        eta: null,
        expires: null,
        timelimit: [null, null],
        argsrepr: JSON.stringify(args),
        kwargsrepr: JSON.stringify(kwargs),
        origin,
        ignore_result: false,
      },
    },
  };
}

/**
 * Asks every worker to stop consuming a queue; workers of other queues ignore it. `shutdown` would
 * end all of them.
 */
export function cancelConsumer(requestId: string, now = Date.now()): CeleryMessage {
  const queue = transformerQueue(requestId);
  return control({ method: "cancel_consumer", arguments: { queue } }, now + second);
}

/**
 * Asks the workers of a queue to consume it again, by their names: any other worker that was asked
 * would begin to.
 */
export function addConsumer(requestId: string, now = Date.now()): CeleryMessage {
  const queue = transformerQueue(requestId);
  const named = { pattern: `${queue}@*`, matcher: "glob" };
  return control({ method: "add_consumer", arguments: { queue }, ...named }, now + second);
}

/** A task that has begun is ended with the process that does it, which its worker replaces. */
export function revokeTask(id: string, now = Date.now()): CeleryMessage {
  const task = { task_id: id, terminate: true, signal: "SIGTERM" };
  return control({ method: "revoke", arguments: task }, now + 60 * second);
}

const second = 1_000;

interface ControlCall {
  method: string;
  arguments: Record<string, unknown>;
  /** whom it is for, by their names; all of them without it */
  pattern?: string;
  matcher?: string;
}

/** `expires`: milliseconds */
function control(given: ControlCall, expires: number): CeleryMessage {
  const call = { destination: null, pattern: null, matcher: null, ...given };
  return {
    content: Buffer.from(JSON.stringify(call)),
    options: {
      contentType: "application/json",
      contentEncoding: "utf-8",
      headers: { clock: 1, expires: expires / 1000 },
    },
  };
}

export async function broadcast(
  channel: Channel,
  { content, options }: CeleryMessage,
): Promise<void> {
  await channel.assertExchange(broadcastExchange, "fanout", { durable: false });
  channel.publish(broadcastExchange, "", content, options);
}
