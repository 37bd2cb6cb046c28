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
 * Consumes on a channel of its own, and again on the next one when that is closed, by whomever and
 * for whatever reason.
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
          "consuming was interrupted; it goes on as soon as the broker lets it",
        );
        wait = Math.min(wait * 2, longestWait);
      }
      await pause(wait, stopping.signal);
    }
  }

  const running = run();
  async function stop(): Promise<void> {
    stopping.abort();
    // A broker that is away keeps nobody from ending: what was in hand comes again.
    if (connection.isOpen) await running;
  }
  return { stop };
}

/**
 * One batch at a time, of whatever came while the one before was handled: batches grow with the
 * load by themselves.
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
