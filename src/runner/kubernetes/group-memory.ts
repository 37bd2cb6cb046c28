import type { Trouble, WorkerGroupStatus } from "../contract.ts";
import { type GroupFacts, groupStatus, hasWorked } from "./group-status.ts";
import type { PodTrouble } from "./pod-trouble.ts";
import type { Pod } from "./shapes.ts";

/** What is remembered of a group while this process leads, since the cluster does not tell it. */
export interface GroupMemory {
  /** a pod before it changed or went */
  see(pod: Pod, now: number): void;
  status(
    facts: Omit<GroupFacts, "since" | "hasWorked" | "others">,
    others: PodTrouble[],
  ): WorkerGroupStatus;
  /** what the API said about an object of the group; undefined: it took the last one */
  noteRefusal(trouble: PodTrouble | undefined): void;
  /** what the cluster's events say of a pod that does not start */
  noteEvents(trouble: PodTrouble | undefined): void;
  /** Whether a pod that is half dead may be replaced now; notes that it is. */
  mayReplace(pod: Pod, trouble: PodTrouble | undefined, now: number): boolean;
}

/** Between two replacements, so that a program that always dies makes no storm of pods. */
const firstReplaceMilliseconds = 10_000;
const longestReplaceMilliseconds = 5 * 60_000;
/** A pod takes a while to come to the same trouble as the one before. */
const rememberedMilliseconds = 5 * 60_000;

export function makeGroupMemory(): GroupMemory {
  const kinds = new Map<Trouble["kind"], { since: Date; seenAt: number }>();
  let worked = false;
  let refusal: PodTrouble | undefined;
  let events: PodTrouble | undefined;
  let replaced: { trouble: PodTrouble; at: number } | undefined;
  let pause = firstReplaceMilliseconds;
  let replaceAt = 0;

  return {
    see(pod, now) {
      worked ||= hasWorked(pod, now);
    },
    status(facts, others) {
      const { now, pods } = facts;
      const works = pods.some((pod) => hasWorked(pod, now));
      worked ||= works;
      if (replaced && (works || now - replaced.at > rememberedMilliseconds)) replaced = undefined;
      const known = [refusal, events, replaced?.trouble].flatMap((trouble) => trouble ?? []);
      const since = new Map([...kinds].map(([kind, entry]) => [kind, entry.since]));
      const status = groupStatus({
        ...facts,
        others: [...others, ...known],
        since,
        hasWorked: worked,
      });
      remember(status.troubles, works, now);
      return status;
    },
    noteRefusal(trouble) {
      refusal = trouble;
    },
    noteEvents(trouble) {
      events = trouble;
    },
    mayReplace(pod, trouble, now) {
      if (now < replaceAt) return false;
      const lived = now - pod.metadata.creationTimestamp.getTime();
      if (lived > longestReplaceMilliseconds) pause = firstReplaceMilliseconds;
      replaceAt = now + pause;
      pause = Math.min(longestReplaceMilliseconds, 2 * pause);
      if (trouble) replaced = { trouble, at: now };
      return true;
    },
  };

  function remember(troubles: readonly Trouble[], works: boolean, now: number): void {
    for (const { kind, since } of troubles) kinds.set(kind, { since, seenAt: now });
    for (const [kind, { seenAt }] of kinds)
      if (seenAt !== now && (works || now - seenAt > rememberedMilliseconds)) kinds.delete(kind);
  }
}
