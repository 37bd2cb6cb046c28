import type { Logger } from "../../log.ts";
import type { Api } from "./api.ts";
import { type PodTrouble, shortened } from "./pod-trouble.ts";
import type { Pod } from "./shapes.ts";

/** Starting takes a while; before that the events of a pod say nothing that matters. */
const patienceMilliseconds = 30_000;

/** Whether the pod has a node and does not start, for reasons that only events tell. */
export function isStuck({ metadata, status }: Pod, now: number): boolean {
  if (metadata.deletionTimestamp || status.phase !== "Pending") return false;
  const isScheduled = status.conditions.some(
    ({ type, status: is }) => type === "PodScheduled" && is === "True",
  );
  const isCreating = status.containerStatuses.every(({ state }) =>
    ["ContainerCreating", "PodInitializing"].includes(state.waiting?.reason ?? ""),
  );
  const age = now - metadata.creationTimestamp.getTime();
  return isScheduled && isCreating && age > patienceMilliseconds;
}

/** Such as a volume that cannot be mounted, since its secret does not exist. */
async function startTrouble(
  api: Pick<Api, "warningsAbout">,
  pod: Pod,
): Promise<PodTrouble | undefined> {
  const [last] = await api.warningsAbout(pod.metadata.uid);
  if (!last) return undefined;
  return {
    kind: "other",
    sentence: `A pod cannot start (${last.reason}): ${shortened(last.message)}.`,
    since: pod.metadata.creationTimestamp,
    isPermanent: true,
  };
}

const askedMilliseconds = 60_000;

/**
 * Asks for the events of one stuck pod of each group, once a minute, and hands over what they say;
 * undefined when none is stuck any more. One instance serves a term.
 */
export function makeStartEvents(
  api: Pick<Api, "warningsAbout">,
  onTrouble: (group: string, trouble: PodTrouble | undefined) => void,
  log: Logger,
): (groups: ReadonlyMap<string, readonly Pod[]>, now: number) => Promise<void> {
  const asked = new Map<string, number>();
  return async (groups, now) => {
    for (const group of asked.keys()) {
      if (groups.get(group)?.some((pod) => isStuck(pod, now))) continue;
      asked.delete(group);
      onTrouble(group, undefined);
    }
    for (const [group, pods] of groups) {
      const stuck = pods.find((pod) => isStuck(pod, now));
      if (stuck && now - (asked.get(group) ?? 0) > askedMilliseconds) await ask(group, stuck, now);
    }
  };

  async function ask(group: string, pod: Pod, now: number): Promise<void> {
    asked.set(group, now);
    try {
      onTrouble(group, await startTrouble(api, pod));
    } catch (error) {
      log.debug({ err: error, group }, "the events of a pod were not read");
    }
  }
}
