import type { Trouble, WorkerGroupStatus } from "../contract.ts";
import {
  isReady,
  type PodTrouble,
  podTrouble,
  readySince,
  refusedPods,
  shortLifeMilliseconds,
} from "./pod-trouble.ts";
import type { Deployment, Pod } from "./shapes.ts";

export interface GroupFacts {
  pods: readonly Pod[];
  deployment: Deployment | undefined;
  /** what is known beside the pods: no room, a refusal of the API, pods that were replaced */
  others: readonly PodTrouble[];
  /** number of workers that should run */
  size: number;
  /** since when the group has had each kind of trouble */
  since: ReadonlyMap<Trouble["kind"], Date>;
  /** one of its workers has worked */
  hasWorked: boolean;
  /** workers of ours run in the cluster */
  hasRoom: boolean;
  now: number;
}

/** How a group is, from what the cluster says of its pods. */
export function groupStatus(facts: GroupFacts): WorkerGroupStatus {
  const { pods, deployment, others, now, hasRoom } = facts;
  const live = pods.filter(({ metadata, status }) => !metadata.deletionTimestamp && isOpen(status));
  const running = live.filter(isReady).length;
  const refused = deployment && refusedPods(deployment.status.conditions);
  const ofPods = pods.flatMap((pod) => podTrouble(pod, now, hasRoom) ?? []);
  // The cluster still counts as refused what it has made since
  const refusals = refused && live.length < deployment.spec.replicas ? [refused] : [];
  const found = [...others, ...refusals, ...ofPods].map((trouble) => withSince(trouble, facts));
  const troubles = gathered(found, { ...facts, live: live.length });
  const starting = live.length - running;
  const status = { starting, running, troubles };
  const problem = facts.hasWorked || running > 0 ? undefined : startProblem(found);
  return problem ? { ...status, startProblem: problem } : status;
}

/** Whether a worker of the pod has been there for longer than one that dies at once. */
export function hasWorked(pod: Pod, now: number): boolean {
  const since = readySince(pod);
  return since !== undefined && now - since.getTime() >= shortLifeMilliseconds;
}

function isOpen({ phase }: Pod["status"]): boolean {
  return phase !== "Failed" && phase !== "Succeeded";
}

/** A pod that takes the place of another has the trouble since the first had it. */
function withSince(trouble: PodTrouble, { since }: GroupFacts): PodTrouble {
  const first = since.get(trouble.kind);
  return first && first < trouble.since ? { ...trouble, since: first } : trouble;
}

/** One of each kind: with the words of the last, and the number of workers that have it. */
function gathered(
  found: readonly PodTrouble[],
  { size, live, others }: GroupFacts & { live: number },
): Trouble[] {
  const byKind = new Map<Trouble["kind"], PodTrouble[]>();
  for (const trouble of found)
    byKind.set(trouble.kind, [...(byKind.get(trouble.kind) ?? []), trouble]);
  return [...byKind].flatMap(([kind, all]) => {
    const [first] = [...all].sort((left, right) => left.since.getTime() - right.since.getTime());
    const { sentence, lastWords } = all.findLast((one) => one.lastWords) ?? all[0] ?? {};
    if (!first || sentence === undefined) return [];
    // What holds for the whole group keeps all from running that are not there
    const isOfGroup = kind === "quota" || others.some((other) => other.kind === kind);
    const count = isOfGroup ? Math.max(1, size - live) : all.length;
    return [{ kind, sentence, count, since: first.since, ...(lastWords && { lastWords }) }];
  });
}

function startProblem(found: readonly PodTrouble[]): Trouble | undefined {
  const lasting = found.filter(({ isPermanent }) => isPermanent);
  const [first] = lasting.sort((left, right) => left.since.getTime() - right.since.getTime());
  if (!first) return undefined;
  const { isPermanent: _, ...trouble } = first;
  return { ...trouble, count: lasting.length };
}
