import { z } from "zod";
import { workerOf } from "../../auth/authenticate.ts";
import type { Deps } from "../../deps.ts";
import { type Consumer, reportsTopic, type Verdict } from "../../queue/contract.ts";
import { timeSlice } from "../../time-slice.ts";
import type { Report } from "../views.ts";
import { type ReportDeps, report } from "./report.ts";
import { messageToken, mostReports, reportSchema, workerName } from "./report-schema.ts";
import { sentenceOf, verdictOf } from "./verdict-of.ts";

const envelope = { worker: workerName, token: messageToken };

/**
 * The message as documented (doc/reports.schema.json): the body of POST /v1/work/reports, plus the
 * worker's token.
 */
export const reportsMessage = z
  .strictObject({ ...envelope, reports: z.array(reportSchema).min(1).max(mostReports) })
  .meta({
    title: "Reports by queue",
    description: `A message of the durable queue ${reportsTopic}: JSON in UTF-8, persistent.`,
  });

/**
 * The message as it is parsed: reports one by one, so that a bad one does not affect the others.
 */
const looseMessage = z.strictObject({
  ...envelope,
  reports: z.array(z.unknown()).min(1).max(mostReports),
});

/**
 * Twice the rows of a batch, for workers that send one report per message: a thousand are recorded
 * while the next thousand arrive.
 */
const prefetch = 2000;

type Consuming = ReportDeps & Deps<"log" | "workTokens">;

/** Takes reports from the queue; a message is acknowledged after its commit. */
export function consumeReports(ctx: Consuming & Deps<"queue">): Promise<Consumer> {
  return ctx.queue.consume(reportsTopic, prefetch, async (bodies) => {
    const pause = timeSlice();
    const messages: Message[] = [];
    for (const body of bodies) messages.push(await readMessage(body, pause));
    return Promise.all(messages.map((message) => record(ctx, message)));
  });
}

interface Reports {
  worker: string;
  token: string | undefined;
  good: Report[];
  refusals: string[];
}

type Message = Reports | { poison: string };

/** Other work goes on between the reports: one of many columns takes milliseconds. */
async function readMessage(
  body: unknown,
  pause: () => Promise<void> | undefined,
): Promise<Message> {
  const message = looseMessage.safeParse(body);
  if (!message.success) return { poison: sentenceOf(message.error) };
  const { worker, token, reports } = message.data;
  const read: Reports = { worker, token, good: [], refusals: [] };
  for (const [index, unparsed] of reports.entries()) {
    const parsed = reportSchema.safeParse(unparsed);
    if (parsed.success) read.good.push(parsed.data);
    else read.refusals.push(sentenceOf(parsed.error, ["reports", index]));
    const paused = pause();
    if (paused !== undefined) await paused;
  }
  return read;
}

/** The batcher combines the reports of all messages. */
async function record(ctx: Consuming, message: Message): Promise<Verdict> {
  if ("poison" in message) return message;
  const { worker, token, good } = message;
  const refusals = [...message.refusals];
  try {
    const caller = await workerOf(ctx, token);
    const answers = good.length ? await report(ctx, caller, worker, good, { holdSeconds: 0 }) : [];
    refusals.push(...answers.filter((answer) => answer.startsWith("refused")));
  } catch (error) {
    return verdictOf(ctx, error);
  }
  if (!refusals.length) return "done";
  const all = good.length + message.refusals.length;
  const count = `${refusals.length} of ${all} reports were not recorded.`;
  return { poison: `${count} ${refusals.slice(0, 5).join(" ")}` };
}
