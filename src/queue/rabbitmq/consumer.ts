import type { ConfirmChannel, ConsumeMessage } from "amqplib";
import type { Logger } from "pino";
import { pause } from "../../time.ts";
import type { Consumer, Verdict } from "../contract.ts";
import { type Handle, judge } from "../verdicts.ts";
import { parseBody } from "./body.ts";
import type { BrokerConnection } from "./connection.ts";
import { deferOrPoison } from "./defer-or-poison.ts";
import type { Publisher } from "./publisher.ts";
import { Subscription } from "./subscription.ts";
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

/**
 * Consumes on a separate channel, and on a new one whenever that is closed for any reason.
 */
export function startConsumer(options: ConsumerOptions): Consumer {
  const { connection, topology, topic, prefetch, log } = options;
  const stopping = new AbortController();

  async function run(): Promise<void> {
    for (let wait = shortestWait; !stopping.signal.aborted; ) {
      try {
        await topology.declare([topic]);
        await work(
          await Subscription.open(connection, topic, prefetch, log),
          options,
          stopping.signal,
        );
        wait = shortestWait;
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.warn(
          { err: error, topic },
          "consuming was interrupted; it continues as soon as the broker allows it",
        );
        wait = Math.min(wait * 2, longestWait);
      }
      await pause(wait, stopping.signal);
    }
  }

  const running = run();
  async function stop(): Promise<void> {
    stopping.abort();
    // Does not wait for an unavailable broker: unsettled messages are delivered again.
    if (connection.isOpen) await running;
  }
  return { stop };
}

/**
 * One batch at a time, of the messages that arrived while the batch before was handled: batches
 * grow with the load.
 */
async function work(
  subscription: Subscription,
  options: ConsumerOptions,
  signal: AbortSignal,
): Promise<void> {
  const end = () => subscription.end();
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  try {
    for (let batch = await subscription.next(); batch.length; batch = await subscription.next()) {
      await handleBatch(subscription.channel, batch, options);
    }
  } finally {
    signal.removeEventListener("abort", end);
    subscription.close();
  }
}

async function handleBatch(
  channel: ConfirmChannel,
  batch: ConsumeMessage[],
  options: ConsumerOptions,
): Promise<void> {
  const { topology, publisher, log, topic, handle } = options;
  const parsed = batch.map(({ content }) => parseBody(content));
  const bodies = parsed.flatMap((one) => ("body" in one ? [one.body] : []));
  const verdicts = (bodies.length ? await judge(handle, bodies, log) : []).values();
  const judged = batch.map(({ content }, index) => {
    const one = parsed[index];
    const verdict: Verdict =
      one && "unreadable" in one ? { poison: one.unreadable } : (verdicts.next().value ?? "done");
    return { content, verdict };
  });
  await deferOrPoison(topic, judged, topology, publisher);
  const last = batch.at(-1);
  if (last) channel.ack(last, true);
}
