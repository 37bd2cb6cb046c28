import type { Deps } from "../../deps.ts";
import { isFinal } from "../state.ts";
import type { RequestView, StepView } from "../views.ts";
import { type Eta, etaOf } from "./eta.ts";
import { soonestRetry } from "./open-progress-store.ts";
import { type Place, type Standing, sentenceOf, standingOf } from "./place-in-line.ts";

export const waitingReasons = [
  "finder",
  "queue",
  "store",
  "workers",
  "slot",
  "limit",
  "retry",
  "work",
  "ending",
  "finishing",
] as const;

export interface Waiting {
  reason: (typeof waitingReasons)[number];
  /** for a person */
  sentence: string;
  /** null while no file of it is ready for a worker */
  place: Place | null;
  eta: Eta | null;
}

type Why = Pick<Waiting, "reason" | "sentence">;

/** What a request is waiting for now, and when it will end; null when it has ended. */
export async function waitingOf(
  ctx: Deps<"activity" | "db" | "runner">,
  view: RequestView,
): Promise<Waiting | null> {
  if (isFinal(view.state)) return null;
  ctx.activity.sample(view.id, view.round, finished(view));
  const standing = await standingOf(ctx, view);
  const why =
    ending(view) ??
    away(ctx, view) ??
    limited(view, standing) ??
    working(view) ??
    looking(view) ??
    published(ctx, view, standing) ??
    (await unpublished(ctx, view));
  const ends = why.reason === "ending" || why.reason === "finishing";
  const eta = ends ? null : etaOf(view, ctx.activity.samplesOf(view.id));
  return { ...why, place: ends ? null : (standing?.place ?? null), eta };
}

function finished({ steps }: RequestView): number {
  return steps.reduce(
    (total, { passed, done, failed, canceled }) => total + passed + done + failed + canceled,
    0,
  );
}

function ending({
  state,
  reason,
  counters: { waiting, queued, running },
}: RequestView): Why | undefined {
  const open = waiting + queued + running;
  if (state === "canceling")
    return {
      reason: "ending",
      sentence: `It is being canceled: ${files(open)} still to be settled.`,
    };
  if (reason !== null)
    return {
      reason: "ending",
      sentence: `It is being ended (${reason}): ${files(open)} still to be settled.`,
    };
  return undefined;
}

function away(
  { activity }: Deps<"activity">,
  { counters: { waiting, queued } }: RequestView,
): Why | undefined {
  for (const name of ["queue", "store"] as const) {
    const fault = activity.failures.get(name);
    if (fault !== undefined && waiting + queued > 0) {
      return {
        reason: name,
        sentence: `It waits for the ${name}, which is away: ${ended(fault)} It goes on when the ${name} is back.`,
      };
    }
  }
  return undefined;
}

function limited({ counters }: RequestView, standing: Standing | undefined): Why | undefined {
  if (!standing?.limit) return undefined;
  const now = counters.running ? withWorkers(counters) : `${files(counters.queued)} ready`;
  const before = counters.running ? "" : sentenceOf(standing.place);
  return { reason: "limit", sentence: `${now}; ${standing.limit}.${before}` };
}

function working({ counters }: RequestView): Why | undefined {
  if (counters.running === 0) return undefined;
  return { reason: "work", sentence: `${withWorkers(counters)}.` };
}

function withWorkers({ waiting, queued, running }: RequestView["counters"]): string {
  const rest = waiting + queued;
  return `${files(running)} with workers now${rest ? `, ${rest} to come` : ""}`;
}

function looking({ state, dataset, counters: { total, queued } }: RequestView): Why | undefined {
  if (queued > 0) return undefined;
  const found = dataset.files > 0 ? ` (${dataset.files} so far)` : "";
  if (dataset.state === "lookup") {
    return {
      reason: "finder",
      sentence: `It waits for the finder ${dataset.finder}, which is still looking for the dataset's files${found}.`,
    };
  }
  if (state === "submitted" || total < dataset.files)
    return {
      reason: "work",
      sentence: "Its files are being recorded; work begins with the first.",
    };
  return undefined;
}

const recentSeconds = 60;

function published(
  { activity, runner }: Deps<"activity" | "runner">,
  { steps, counters: { queued } }: RequestView,
  standing: Standing | undefined,
): Why | undefined {
  const step = steps.find((one) => one.queued > 0);
  if (!step) return undefined;
  const { operation } = step;
  const ready = `${files(queued)} ready`;
  const busy = activity.load.get(operation)?.running ?? 0;
  if (busy > 0) {
    return {
      reason: "slot",
      sentence: `${ready}; every worker that does ${operation} is busy with other requests (${files(busy)} in hand).${standing ? sentenceOf(standing.place) : ""}`,
    };
  }
  const fault = activity.failures.get("workers");
  if (fault !== undefined)
    return { reason: "workers", sentence: `${ready}, and no worker runs: ${ended(fault)}` };
  const since = activity.secondsSinceClaim(operation);
  if (since !== undefined && since < recentSeconds)
    return { reason: "workers", sentence: `${ready}; a worker takes them when it asks next.` };
  const asked =
    since === undefined
      ? "has asked for"
      : `has asked since ${new Date(Date.now() - since * 1000).toISOString()} for`;
  return {
    reason: "workers",
    sentence: `${ready}, and no worker ${asked} ${operation} work here. ${runner.help}`,
  };
}

async function unpublished({ db }: Deps<"db">, view: RequestView): Promise<Why> {
  const waiting = view.steps.reduce((total: number, step: StepView) => total + step.waiting, 0);
  if (waiting === 0)
    return {
      reason: "finishing",
      sentence: "Every file is settled; the request is being finished.",
    };
  const at = await soonestRetry(db.query, view.id);
  if (at)
    return {
      reason: "retry",
      sentence: `${files(waiting)} to be tried again, the first at ${at.toISOString()}.`,
    };
  return { reason: "work", sentence: `${files(waiting)} about to be published.` };
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

function files(count: number): string {
  return count === 1 ? "1 file is" : `${count} files are`;
}
