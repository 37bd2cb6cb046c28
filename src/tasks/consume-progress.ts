import { z } from "zod";
import { forEachAtOnce } from "../at-once.ts";
import { workerOf } from "../auth/authenticate.ts";
import type { Deps } from "../deps.ts";
import { type Consumer, progressTopic, type Verdict } from "../queue/contract.ts";
import { messageToken } from "../requests/reports/report-schema.ts";
import { sentenceOf, verdictOf } from "../requests/reports/verdict-of.ts";
import { recordProgress } from "./progress.ts";
import { progressBody } from "./progress-schema.ts";
import type { SettleDeps } from "./settle.ts";

/**
 * The message as documented (doc/progress.schema.json): the body of POST /v1/tasks/{task}/progress,
 * plus the task and the agent's token.
 */
export const progressMessage = progressBody.extend({ task: z.uuid(), token: messageToken }).meta({
  id: undefined,
  title: "Progress by queue",
  description: `A message of the durable queue ${progressTopic}: JSON in UTF-8, persistent.`,
});

/** A batch has to end within two minutes; a message may settle thousands of files. */
const prefetch = 16;
const atOnce = 4;

type Consuming = SettleDeps & Deps<"clock" | "log" | "workTokens">;

/** Takes progress of tasks from the queue; a message is acknowledged after its commit. */
export function consumeProgress(ctx: Consuming & Deps<"queue">): Promise<Consumer> {
  return ctx.queue.consume(progressTopic, prefetch, async (bodies) => {
    const verdicts: Verdict[] = [];
    await forEachAtOnce([...bodies.entries()], atOnce, async ([at, body]) => {
      verdicts[at] = await record(ctx, body);
    });
    return verdicts;
  });
}

async function record(ctx: Consuming, body: unknown): Promise<Verdict> {
  const message = progressMessage.safeParse(body);
  if (!message.success) return { poison: sentenceOf(message.error) };
  const { agent, task, token, ...progress } = message.data;
  try {
    await recordProgress(ctx, await workerOf(ctx, token), agent, task, progress);
    return "done";
  } catch (error) {
    return verdictOf(ctx, error);
  }
}
