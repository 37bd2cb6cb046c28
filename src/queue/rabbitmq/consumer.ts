import type { ConfirmChannel, ConsumeMessage } from "amqplib";
import type { Logger } from "pino";
import type { Consumer, Verdict } from "../contract.ts";
import { pause } from "../time.ts";
import { type Handle, judge } from "../verdicts.ts";
import { parseBody } from "./body.ts";
import type { BrokerConnection } from "./connection.ts";
import type { Outgoing, Publisher } from "./publisher.ts";
import type { Topology } from "./topology.ts";

export interface ConsumerOptions {
  connection: BrokerConnection;
  topology: Topology;
  publisher: Publisher;
  log: Logger;
  topic: string;
  prefetch: number;
  handle: Handle;
}

const shortestWait = 200;
const longestWait = 5000;

/** Consumes on a channel of its own, and again on the next one when that is closed, by whomever and for whatever reason. */
export function startConsumer(options: ConsumerOptions): Consumer {
  const stopping = new AbortController();

  async function run(): Promise<void> {
    let wait = shortestWait;
    while (!stopping.signal.aborted) {
      try {
        const subscription = await subscribe(options);
        wait = shortestWait;
        await work(subscription, options, stopping.signal);
      } catch (error) {
        options.log.warn({ err: error, topic: options.topic }, "consuming was interrupted; it goes on as soon as the broker lets it");
        wait = Math.min(wait * 2, longestWait);
      }
      await pause(wait, stopping.signal);
    }
  }

  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

interface Subscription {
  channel: ConfirmChannel;
  tag: string;
  arrived: ConsumeMessage[];
  closed: boolean;
  wake: () => void;
}

async function subscribe({ connection, topology, topic, prefetch }: ConsumerOptions): Promise<Subscription> {
  await topology.declare([topic]);
  const channel = await connection.channel();
  const subscription: Subscription = { channel, tag: "", arrived: [], closed: false, wake: () => undefined };
  const end = () => {
    subscription.closed = true;
    subscription.wake();
  };
  channel.once("close", end);
  const take = (message: ConsumeMessage | null) => {
    // null: the queue was removed under us.
    if (!message) return end();
    subscription.arrived.push(message);
    subscription.wake();
  };
  await connection.ask(async () => {
    await channel.prefetch(prefetch);
    subscription.tag = (await channel.consume(topic, take)).consumerTag;
  });
  return subscription;
}

/** One batch at a time, of whatever came while the one before was handled: batches grow with the load by themselves. */
async function work(subscription: Subscription, options: ConsumerOptions, signal: AbortSignal): Promise<void> {
  const { channel, tag } = subscription;
  const onStop = () => subscription.wake();
  signal.addEventListener("abort", onStop);
  try {
    while (!subscription.closed && !signal.aborted) {
      const batch = subscription.arrived.splice(0);
      if (batch.length) await handleBatch(channel, batch, options);
      else await untilWoken(subscription, signal);
    }
  } finally {
    signal.removeEventListener("abort", onStop);
    // What has come and was not handled goes back to the queue with its channel.
    if (!subscription.closed) await options.connection.ask(() => channel.cancel(tag).then(() => channel.close()));
  }
}

async function untilWoken(subscription: Subscription, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    subscription.wake = resolve;
    if (subscription.closed || signal.aborted) resolve();
  });
  // What came in the same read from the socket belongs to the same batch.
  await new Promise((resolve) => setImmediate(resolve));
}

async function handleBatch(
  channel: ConfirmChannel,
  batch: ConsumeMessage[],
  { topology, publisher, log, topic, handle }: ConsumerOptions,
): Promise<void> {
  const parsed = batch.map(({ content }) => parseBody(content));
  const readable = parsed.filter((one) => "body" in one);
  const judged = readable.length
    ? await judge(
        handle,
        readable.map(({ body }) => body),
        log,
      )
    : [];
  const verdicts = parsed.map((one): Verdict => ("body" in one ? (judged.shift() ?? "done") : { poison: one.unreadable }));
  const onward = await Promise.all(batch.map(({ content }, index) => place(content, verdicts[index] ?? "done", topic, topology)));
  const back = await publisher.send(onward.filter((one) => one !== undefined));
  if (back.length) throw new Error(`${back.length} messages could not be put aside; they come again`);
  const last = batch.at(-1);
  if (last) channel.ack(last, true);
}

/** Where a message goes that is not done: copied there and confirmed before it is acknowledged here. */
async function place(content: Buffer, verdict: Verdict, topic: string, topology: Topology): Promise<Outgoing | undefined> {
  if (verdict === "done") return undefined;
  if ("poison" in verdict)
    return { queue: await topology.declarePoison(topic), content, headers: { reason: verdict.poison.slice(0, 2000) } };
  return { queue: await topology.declareLater(topic, roundUp(verdict.againInSeconds)), content };
}

/** A queue for each wait, so the waits are few: a TTL works at a queue's head only, and a short wait must not stand behind a long one. */
function roundUp(seconds: number): number {
  return 2 ** Math.ceil(Math.log2(Math.min(Math.max(seconds, 1), 3600)));
}
