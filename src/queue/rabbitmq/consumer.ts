import { pause } from "../../time.ts";
import { type Consumer, reportTopics } from "../contract.ts";
import type { ConsumerOptions } from "./consumer-options.ts";
import { handleBatch } from "./handle-batch.ts";
import { Prefetch } from "./prefetch.ts";
import { Subscription } from "./subscription.ts";

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
        if (reportTopics.has(topic)) await topology.declareEntrance(topic);
        await work(
          await Subscription.open(connection, topic, new Prefetch(prefetch), log),
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
      await handleBatch(subscription, batch, options);
      await subscription.settled(batch);
    }
  } finally {
    signal.removeEventListener("abort", end);
    subscription.close();
  }
}
