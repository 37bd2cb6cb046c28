import type { Deps } from "../../deps.ts";
import { isFinal } from "../state.ts";
import type { RequestView, StepView } from "../views.ts";
import { type ActivityRow, readActivity } from "./activity-store.ts";
import { type Eta, etaOf } from "./eta.ts";
import { soonestRetry } from "./open-progress-store.ts";
import { outsideReason } from "./outside-reason.ts";
import { type Sample, samplesInWindow } from "./pace.ts";
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
  "outside",
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
  ctx: Deps<"activity" | "db" | "operations" | "runner">,
  view: RequestView,
): Promise<Waiting | null> {
  if (isFinal(view.state)) return null;
  const seen = await readActivity(ctx.db.query, view.id);
  const standing = await standingOf(ctx, view);
  const why =
    ending(view) ??
    away(ctx, view) ??
    (await outsideReason(ctx, view)) ??
    limited(view, standing) ??
    working(view, seen) ??
    looking(view) ??
    published(ctx, view, seen, standing) ??
    (await unpublished(ctx, view));
  const ends = why.reason === "ending" || why.reason === "finishing";
  const eta = ends ? null : etaOf(view, samplesOf(seen, view), seen.now);
  return { ...why, place: ends ? null : (standing?.place ?? null), eta };
}

function samplesOf({ now, round, sampled, finished }: ActivityRow, view: RequestView): Sample[] {
  const kept = round === view.round ? (sampled ?? []) : [];
  return samplesInWindow(
    kept.map((at, index) => ({ at, finished: finished?.[index] ?? 0 })),
    { at: now, finished: finishedOf(view) },
  );
}

function finishedOf({ steps }: RequestView): number {
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

function working({ counters, steps }: RequestView, seen: ActivityRow): Why | undefined {
  if (counters.running === 0) return undefined;
  const open = steps.filter(({ queued, running }) => queued + running > 0);
  const troubles = open.flatMap((step) => groupsFor(seen, step)).flatMap(troublesOf);
  return { reason: "work", sentence: `${withWorkers(counters)}.${sentencesOf(troubles)}` };
}

type Group = NonNullable<ActivityRow["groups"]>[number];

/** Groups of workers that take files of the step. */
function groupsFor({ groups }: ActivityRow, { step, operation }: StepView): Group[] {
  return (groups ?? []).filter((group) =>
    group.step === null ? group.operations.includes(operation) : group.step === step,
  );
}

function troublesOf({ troubles }: Group): Group["troubles"] {
  return troubles;
}

function sentencesOf(troubles: Group["troubles"]): string {
  const sentences = troubles.map(
    ({ count, sentence }) =>
      ` ${count === 1 ? "1 worker" : `${count} workers`} cannot run: ${ended(sentence)}`,
  );
  return [...new Set(sentences)].join("");
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

const recentMilliseconds = 60_000;

function published(
  { runner }: Deps<"runner">,
  { steps, counters: { queued } }: RequestView,
  seen: ActivityRow,
  standing: Standing | undefined,
): Why | undefined {
  const step = steps.find((one) => one.queued > 0);
  if (!step) return undefined;
  const { operation } = step;
  const ready = `${files(queued)} ready`;
  const groups = groupsFor(seen, step);
  const troubles = groups.flatMap(troublesOf);
  const { running: busy = 0, claimedAt = null } =
    seen.operations?.find((known) => known.operation === operation) ?? {};
  if (busy > 0) {
    return {
      reason: "slot",
      sentence: `${ready}; every worker that does ${operation} is busy with other requests (${files(busy)} in hand).${standing ? sentenceOf(standing.place) : ""}${sentencesOf(troubles)}`,
    };
  }
  const [trouble] = troubles;
  if (trouble && !groups.some(({ running }) => running > 0))
    return {
      reason: "workers",
      sentence: `${ready}, and no worker runs: ${ended(trouble.sentence)}`,
    };
  if (claimedAt !== null && seen.now - claimedAt < recentMilliseconds)
    return {
      reason: "workers",
      sentence: `${ready}; a worker takes them when it asks next.${sentencesOf(troubles)}`,
    };
  const asked =
    claimedAt === null
      ? "has asked for"
      : `has asked since ${new Date(claimedAt).toISOString()} for`;
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
