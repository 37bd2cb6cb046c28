import type { ConfirmChannel, ConsumeMessage } from "amqplib";
import type { Verdict } from "../contract.ts";
import { judge } from "../verdicts.ts";
import { parseBody } from "./body.ts";
import type { ConsumerOptions } from "./consumer-options.ts";
import { deferOrPoison, type Judged } from "./defer-or-poison.ts";
import type { Subscription } from "./subscription.ts";
import { aloneHeaders, endedOften, type Suspicion, suspicionOf } from "./suspects.ts";

/** So much is parsed and handled before other work goes on. */
const groupBytes = 1024 * 1024;

/**
 * Handles the messages together, except those that may have ended the process before: these are
 * handled alone. Only one of them is held at a time, since every held message is suspected when the
 * process ends.
 */
export async function handleBatch(
  subscription: Subscription,
  batch: ConsumeMessage[],
  options: ConsumerOptions,
): Promise<void> {
  const { channel } = subscription;
  if (batch.some((message) => suspicionOf(message) !== "none"))
    batch.push(...(await subscription.restrict()));
  const by: Record<Suspicion, ConsumeMessage[]> = { none: [], again: [], alone: [], often: [] };
  for (const message of batch) by[suspicionOf(message)].push(message);
  const [first, ...later] = by.alone;
  const inOrder = by.none.length === batch.length;
  const settle = settling(channel, inOrder, options);
  await settle(
    by.often,
    by.often.map(() => ({ poison: endedOften })),
  );
  const deferred = [...by.again, ...later];
  await publishAlone(by.again, true, options);
  await publishAlone(later, false, options);
  acknowledge(channel, deferred, false);
  for (const group of groupsOf(by.none)) await settle(group, await verdictsOf(group, options));
  if (first) await settle([first], await verdictsOf([first], options));
}

function settling(channel: ConfirmChannel, inOrder: boolean, options: ConsumerOptions) {
  return async (messages: ConsumeMessage[], verdicts: Verdict[]): Promise<void> => {
    const judged = messages.map(
      (message, index): Judged => ({
        content: message.content,
        verdict: verdicts[index] ?? "done",
        ...(suspicionOf(message) === "alone" && { headers: aloneHeaders(message, false) }),
      }),
    );
    await deferOrPoison(options.topic, judged, options.topology, options.publisher);
    acknowledge(channel, messages, inOrder);
  };
}

async function verdictsOf(
  messages: ConsumeMessage[],
  { topic, handle, log }: ConsumerOptions,
): Promise<Verdict[]> {
  const parsed: Awaited<ReturnType<typeof parseBody>>[] = [];
  for (const { content } of messages) parsed.push(await parseBody(topic, content));
  const bodies = parsed.flatMap((outcome) => ("body" in outcome ? [outcome.body] : []));
  const verdicts = (bodies.length > 0 ? await judge(handle, bodies, log) : []).values();
  return parsed.map((outcome) =>
    "unreadable" in outcome ? { poison: outcome.unreadable } : (verdicts.next().value ?? "done"),
  );
}

/** Published once more with a header, so that the next failure is counted. */
async function publishAlone(
  messages: ConsumeMessage[],
  failed: boolean,
  { topic, publisher }: ConsumerOptions,
): Promise<void> {
  const back = await publisher.send(
    messages.map((message) => ({
      queue: topic,
      content: message.content,
      headers: aloneHeaders(message, failed),
    })),
  );
  if (back.length > 0) throw new Error(`The queue ${topic} was deleted; its messages come again.`);
}

/** If all are handled in their order, one frame acknowledges a thousand messages. */
function acknowledge(channel: ConfirmChannel, messages: ConsumeMessage[], inOrder: boolean): void {
  const last = messages.at(-1);
  if (last && inOrder) channel.ack(last, true);
  else for (const message of messages) channel.ack(message);
}

function* groupsOf(messages: ConsumeMessage[]): Generator<ConsumeMessage[]> {
  let group: ConsumeMessage[] = [];
  let size = 0;
  for (const message of messages) {
    if (group.length > 0 && size + message.content.length > groupBytes) {
      yield group;
      group = [];
      size = 0;
    }
    group.push(message);
    size += message.content.length;
  }
  if (group.length > 0) yield group;
}
