import type { Deps } from "../../deps.ts";
import { isFinal } from "../state.ts";
import type { RequestView, StepView } from "../views.ts";
import { type ActivityRow, readActivity } from "./activity-store.ts";
import { etaOf } from "./eta.ts";
import { soonestRetry } from "./open-progress-store.ts";
import { outsideReason } from "./outside-reason.ts";
import { type Sample, samplesInWindow } from "./pace.ts";
import { filesAre, sentenceEnd } from "./phrases.ts";
import { type Standing, sentenceOf, standingOf } from "./place-in-line.ts";
import { storageReason } from "./storage-reason.ts";
import { unscheduledReason } from "./unattended.ts";
import type { Waiting, Why } from "./waiting.ts";
import { withheldSentence } from "./withheld-reason.ts";
import { withheldOf } from "./withheld-store.ts";
import { queuedReason, withWorkers, workingReason } from "./worker-reasons.ts";

/** What a request is waiting for now, and when it will end; null when it has ended. */
export async function waitingOf(
  ctx: Deps<"activity" | "db" | "operations" | "runner">,
  view: RequestView,
): Promise<Waiting | null> {
  if (isFinal(view.state)) return null;
  const activity = await readActivity(ctx.db.query, view.id);
  const standing = await standingOf(ctx, view);
  const why = ending(view) ?? (await openReason(ctx, view, activity, standing));
  const ends = why.reason === "ending" || why.reason === "finishing";
  const eta = ends ? null : etaOf(view, samplesOf(activity, view), activity.now);
  return { ...why, place: ends ? null : (standing?.place ?? null), eta };
}

/** Adds withheld files to any other reason: they may wait for ever unless a person helps. */
async function openReason(
  ctx: Deps<"activity" | "db" | "operations" | "runner">,
  view: RequestView,
  activity: ActivityRow,
  standing: Standing | undefined,
): Promise<Why> {
  const withheld = view.counters.waiting > 0 ? await withheldOf(ctx.db.query, view.id) : null;
  const other =
    unreachable(ctx, view) ??
    (await outsideReason(ctx, view)) ??
    limited(view, standing) ??
    workingReason(view, activity) ??
    storageReason(view, activity, withheld) ??
    unscheduledReason(view, activity) ??
    lookingUp(view);
  const why = other ?? queuedReason(ctx, view, activity, standing);
  if (!withheld) return why ?? unpublished(ctx, view);
  const sentence = withheldSentence(view.id, withheld);
  // They may be why nobody takes the files that are ready.
  const reason = other?.reason ?? "given_back";
  return { reason, sentence: why ? `${why.sentence} ${sentence}` : sentence };
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
      sentence: `It is being canceled: ${filesAre(open)} still to be settled.`,
    };
  if (reason !== null)
    return {
      reason: "ending",
      sentence: `It is being ended (${reason}): ${filesAre(open)} still to be settled.`,
    };
  return undefined;
}

function unreachable(
  { activity }: Deps<"activity">,
  { counters: { waiting, queued } }: RequestView,
): Why | undefined {
  for (const name of ["queue", "store"] as const) {
    const failure = activity.failures.get(name);
    if (failure === undefined || waiting + queued === 0) continue;
    const sentence = `It waits for the ${name}, which cannot be used now: ${sentenceEnd(failure)}`;
    return { reason: name, sentence: `${sentence} It continues when the ${name} is back.` };
  }
  return undefined;
}

function limited({ counters }: RequestView, standing: Standing | undefined): Why | undefined {
  if (!standing?.limit) return undefined;
  const now = counters.running ? withWorkers(counters) : `${filesAre(counters.queued)} ready`;
  const line = counters.running ? "" : sentenceOf(standing.place);
  return { reason: "limit", sentence: `${now}; ${standing.limit}.${line}` };
}

function lookingUp({ state, dataset, counters: { total, queued } }: RequestView): Why | undefined {
  if (queued > 0) return undefined;
  const found = dataset.files > 0 ? ` (${dataset.files} so far)` : "";
  if (dataset.state === "lookup") {
    return {
      reason: "finder",
      sentence:
        `It waits for the finder ${dataset.finder}, ` +
        `which is still looking for the dataset's files${found}.`,
    };
  }
  if (state === "submitted" || total < dataset.files)
    return {
      reason: "work",
      sentence: "Its files are being recorded; work starts with the first.",
    };
  return undefined;
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
      sentence: `${filesAre(waiting)} to be tried again, the first at ${at.toISOString()}.`,
    };
  return { reason: "work", sentence: `${filesAre(waiting)} about to be published.` };
}
