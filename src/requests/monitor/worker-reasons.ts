import type { Deps } from "../../deps.ts";
import type { RequestView, StepView } from "../views.ts";
import type { ActivityRow } from "./activity-store.ts";
import { filesAre, sentenceEnd } from "./phrases.ts";
import { type Standing, sentenceOf } from "./place-in-line.ts";
import { isUnattended } from "./unattended.ts";
import type { Why } from "./waiting.ts";

/** While workers have files of the request. */
export function workingReason(
  { counters, steps }: RequestView,
  activity: ActivityRow,
): Why | undefined {
  if (counters.running === 0) return undefined;
  const open = steps.filter(({ queued, running }) => queued + running > 0);
  const troubles = open
    .flatMap((step) => groupsFor(activity, step))
    .flatMap(({ troubles }) => troubles);
  return { reason: "work", sentence: `${withWorkers(counters)}.${troubleSentences(troubles)}` };
}

const recentMilliseconds = 60_000;

/** While published files wait for a worker. */
export function queuedReason(
  { runner }: Deps<"runner">,
  { steps, counters: { queued }, created_at }: RequestView,
  activity: ActivityRow,
  standing: Standing | undefined,
): Why | undefined {
  const step = steps.find(({ queued: files }) => files > 0);
  if (!step) return undefined;
  const { operation } = step;
  const ready = `${filesAre(queued)} ready`;
  const groups = groupsFor(activity, step);
  const troubles = groups.flatMap(({ troubles }) => troubles);
  const { running: busy = 0, claimedAt = null } =
    activity.operations?.find((known) => known.operation === operation) ?? {};
  if (busy > 0) {
    const others = `every worker for ${operation} is busy with other requests`;
    const line = standing ? sentenceOf(standing.place) : "";
    const rest = `${line}${troubleSentences(troubles)}`;
    return { reason: "slot", sentence: `${ready}; ${others} (${filesAre(busy)} running).${rest}` };
  }
  const [trouble] = troubles;
  if (trouble && !groups.some(({ running }) => running > 0))
    return {
      reason: "workers",
      sentence: `${ready}, and no worker runs: ${explanationOf(trouble)}`,
    };
  if (claimedAt !== null && activity.now - claimedAt < recentMilliseconds)
    return {
      reason: "workers",
      sentence: `${ready}; the next worker that asks takes them.${troubleSentences(troubles)}`,
    };
  const since = runner.capacity > 0 ? Date.parse(created_at) : undefined;
  const help = isUnattended(activity, "workers", since) ? runner.help : "One is being started.";
  const asked =
    claimedAt === null
      ? "has asked for"
      : `has asked since ${new Date(claimedAt).toISOString()} for`;
  return {
    reason: "workers",
    sentence: `${ready}, and no worker ${asked} ${operation} work here. ${help}`,
  };
}

type Group = NonNullable<ActivityRow["groups"]>[number];

/** Groups of workers that take files of the step. */
function groupsFor({ groups }: ActivityRow, { step, operation }: StepView): Group[] {
  return (groups ?? []).filter((group) =>
    group.step === null ? group.operations.includes(operation) : group.step === step,
  );
}

function troubleSentences(troubles: Group["troubles"]): string {
  const sentences = troubles.map(
    (trouble) => ` ${workersOf(trouble)} cannot run: ${explanationOf(trouble)}`,
  );
  return [...new Set(sentences)].join("");
}

function workersOf({ count }: Group["troubles"][number]): string {
  return count === 1 ? "1 worker" : `${count} workers`;
}

function explanationOf({ sentence, lastWords }: Group["troubles"][number]): string {
  return `${sentenceEnd(sentence)}${lastWords ? ` The end of its log:\n${lastWords}` : ""}`;
}

export function withWorkers({ waiting, queued, running }: RequestView["counters"]): string {
  const rest = waiting + queued;
  return `${filesAre(running)} with workers now${rest ? `, ${rest} to come` : ""}`;
}
