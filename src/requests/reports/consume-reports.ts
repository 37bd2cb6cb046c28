import { z } from "zod";
import { workerOf } from "../../auth/authenticate.ts";
import { codeOf, isAway } from "../../db/client.ts";
import type { Deps } from "../../deps.ts";
import { RequestError, UnavailableError } from "../../errors.ts";
import { type Consumer, reportsTopic, type Verdict } from "../../queue/contract.ts";
import type { Report } from "../views.ts";
import { report } from "./report.ts";
import { mostReports, reportSchema, workerName } from "./report-schema.ts";

const envelope = {
  worker: workerName,
  token: z.string().max(10_000).optional().meta({
    description: "The worker's token: needed with identity on; one that is sent must be valid.",
  }),
};

/**
 * The message as it is documented (doc/reports.schema.json): the body of POST /v1/work/reports, and
 * the worker's token.
 */
export const reportsMessage = z
  .strictObject({ ...envelope, reports: z.array(reportSchema).min(1).max(mostReports) })
  .meta({
    title: "Reports by queue",
    description: `A message of the durable queue ${reportsTopic}: JSON in UTF-8, persistent.`,
  });

/** As it is read: reports one by one, so that a bad one does not sink the others. */
const looseMessage = z.strictObject({
  ...envelope,
  reports: z.array(z.unknown()).min(1).max(mostReports),
});

/**
 * Twice the rows of a batch, for workers that report one file a message: one thousand is handled
 * while the next arrives.
 */
const prefetch = 2000;
const againAfterFaultSeconds = 10;

type Consuming = Deps<
  "batcher" | "config" | "log" | "metrics" | "stepOperations" | "store" | "workTokens"
>;

/** Takes reports from the queue; a message is acknowledged after its commit. */
export function consumeReports(ctx: Consuming & Deps<"queue">): Promise<Consumer> {
  return ctx.queue.consume(reportsTopic, prefetch, (bodies) =>
    Promise.all(bodies.map((body) => record(ctx, body))),
  );
}

/** Each message by itself; the batcher makes batches of them all. */
async function record(ctx: Consuming, body: unknown): Promise<Verdict> {
  const message = looseMessage.safeParse(body);
  if (!message.success) return { poison: sentenceOf(message.error) };
  const faults: string[] = [];
  const good: Report[] = [];
  for (const [index, one] of message.data.reports.entries()) {
    const parsed = reportSchema.safeParse(one);
    if (parsed.success) good.push(parsed.data);
    else faults.push(sentenceOf(parsed.error, ["reports", index]));
  }
  try {
    const caller = await workerOf(ctx, message.data.token);
    const answers = good.length ? await report(ctx, caller, message.data.worker, good) : [];
    faults.push(...answers.filter((answer) => answer.startsWith("refused")));
  } catch (error) {
    return afterFault(ctx, error);
  }
  if (!faults.length) return "done";
  return {
    poison: `${faults.length} of ${message.data.reports.length} reports were not recorded. ${faults.slice(0, 5).join(" ")}`,
  };
}

/** What only time can mend comes again; what the statement itself does not take never will. */
function afterFault({ log }: Deps<"log">, error: unknown): Verdict {
  if (error instanceof RequestError) return { poison: error.message };
  if (error instanceof UnavailableError) return { againInSeconds: error.retryAfterSeconds };
  if (isAway(error)) return { againInSeconds: 2 };
  log.error({ err: error }, "reports from the queue were not recorded");
  const code = codeOf(error);
  if (code !== undefined && !/^2[23]/.test(code)) return { againInSeconds: againAfterFaultSeconds };
  return { poison: "The service could not record it; its log says why." };
}

function sentenceOf(error: z.ZodError, at: (string | number)[] = []): string {
  const [issue] = error.issues;
  const place = [...at, ...(issue?.path ?? [])].map((part) => `/${String(part)}`).join("");
  return `${place ? `At ${place}` : "The message"}: ${issue?.message ?? "it cannot be read"}.`;
}
