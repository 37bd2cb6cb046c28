import type { Logger } from "../../log.ts";
import { pause } from "../../time.ts";
import type { WorkerGroup, WorkerGroupStatus } from "../contract.ts";
import type { Api } from "./api.ts";
import { makeChanger } from "./changer.ts";
import { groupOf, watchCluster } from "./cluster-state.ts";
import { deathIn } from "./deaths.ts";
import { differences, isHalfDead, type Work } from "./differences.ts";
import { type GroupMemory, makeGroupMemory } from "./group-memory.ts";
import { kinds } from "./kinds.ts";
import type { Change } from "./known-objects.ts";
import { type PodTrouble, podTrouble } from "./pod-trouble.ts";
import type { Pod } from "./shapes.ts";
import { makeSleeper } from "./sleeper.ts";
import { makeStartEvents } from "./start-events.ts";
import type { makeWantedObjects, Wanted } from "./wanted-objects.ts";
import type { WatchTimes } from "./watch-kind.ts";

export interface TermOptions {
  api: Api;
  objectsOf: ReturnType<typeof makeWantedObjects>;
  capacity: number;
  /** trouble of a group that the settings make, beside all others */
  settingsTrouble(group: WorkerGroup): PodTrouble | undefined;
  onChange(group: string): void;
  onDeath(worker: string): void;
  log: Logger;
  times?: Partial<WatchTimes>;
}

/** The time in which this process leads: it watches the cluster, and makes it as it is wanted. */
export interface Term {
  want(groups: readonly WorkerGroup[]): void;
  statuses(): Map<string, WorkerGroupStatus>;
  /** Nothing is changed from now on; resolves when nothing is called any more. */
  end(): Promise<void>;
}

const gatherMilliseconds = 50;
const passMilliseconds = 5000;
/** A leader that was frozen, or cannot read the ledger, must not act on what was wanted before. */
const freshMilliseconds = 30_000;

export function startTerm(options: TermOptions): Term {
  const { api, log } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const sleeper = makeSleeper();
  const memories = new Map<string, GroupMemory>();
  const changed = new Set<string>();
  /** what listeners know of each group */
  const told = new Map<string, string>();
  let wanted: ReadonlyMap<string, Wanted> = new Map();
  let wantedAt = Number.NEGATIVE_INFINITY;

  const state = watchCluster({
    api,
    onPod: followPod,
    onObject(group) {
      if (group !== undefined) changed.add(group);
      sleeper.wake();
    },
    onComplete: sleeper.wake,
    log,
    signal,
    ...(options.times && { times: options.times }),
  });
  const changer = makeChanger({
    api,
    state,
    mayAct,
    onAnswer(group, refusal) {
      memoryOf(group).noteRefusal(refusal);
      changed.add(group);
    },
    onDue: sleeper.wake,
    log,
  });
  const askEvents = makeStartEvents(
    api,
    (group, trouble) => {
      memoryOf(group).noteEvents(trouble);
      changed.add(group);
    },
    log,
  );
  const working = work();

  return {
    want(groups) {
      wanted = options.objectsOf(groups);
      wantedAt = performance.now();
      for (const key of wanted.keys()) changed.add(key);
      sleeper.wake();
    },
    statuses,
    async end() {
      ending.abort();
      await Promise.all([working, state.ended]);
    },
  };

  function followPod(change: Change<Pod>): void {
    const group = groupOf((change.after ?? change.before)?.metadata.labels ?? {}) ?? "";
    if (change.before) memoryOf(group).see(change.before, Date.now());
    changed.add(group);
    const dead = deathIn(change);
    if (dead !== undefined) options.onDeath(dead);
    sleeper.wake();
  }

  function memoryOf(group: string): GroupMemory {
    const memory = memories.get(group) ?? makeGroupMemory();
    memories.set(group, memory);
    return memory;
  }

  async function work(): Promise<void> {
    while (!signal.aborted) {
      await sleeper.sleep(passMilliseconds, signal);
      await pause(gatherMilliseconds, signal);
      try {
        if (mayAct()) await pass(Date.now());
        tellChanges();
      } catch (error) {
        if (!signal.aborted) log.error({ err: error }, "the cluster was not made as it is wanted");
      }
    }
  }

  function mayAct(): boolean {
    const isFresh = performance.now() - wantedAt < freshMilliseconds;
    return !signal.aborted && isFresh && state.isComplete();
  }

  async function pass(now: number): Promise<void> {
    const work = [...replacements(now), ...differences(wanted, state, now)];
    if (await changer.change(work)) sleeper.wake();
    const pods = podsByGroup();
    await askEvents(pods, now);
    const live = new Set([...wanted.keys(), ...pods.keys()]);
    changer.forgetOthers(live);
    for (const map of [memories, told])
      for (const group of map.keys())
        if (!live.has(group) && !changed.has(group)) map.delete(group);
  }

  function replacements(now: number): Work[] {
    return [...state.pods.all()].flatMap((pod): Work[] => {
      const group = groupOf(pod.metadata.labels) ?? "";
      if (!wanted.has(group) || changer.isLeaving(pod.metadata.uid) || !isHalfDead(pod)) return [];
      const trouble = podTrouble(pod, now, hasRoom());
      if (!memoryOf(group).mayReplace(pod, trouble, now)) return [];
      log.info({ pod: pod.metadata.name, group }, "a pod is replaced: a container of it has died");
      return [{ group, steps: [{ do: "remove", kind: kinds.Pod, object: pod }] }];
    });
  }

  function podsByGroup(): Map<string, Pod[]> {
    const groups = new Map<string, Pod[]>();
    for (const pod of state.pods.all()) {
      const group = groupOf(pod.metadata.labels) ?? "";
      const pods = groups.get(group);
      if (pods) pods.push(pod);
      else groups.set(group, [pod]);
    }
    return groups;
  }

  /** Some pod has a node: there will be room there when it ends. */
  function hasRoom(): boolean {
    for (const { spec } of state.pods.all()) if (spec.nodeName !== undefined) return true;
    return false;
  }

  function statuses(): Map<string, WorkerGroupStatus> {
    const now = Date.now();
    const groups = podsByGroup();
    const deployments = new Map(
      [...state.deployments.all()].map((one) => [groupOf(one.metadata.labels), one]),
    );
    const room = hasRoom();
    return new Map(
      [...new Set([...wanted.keys(), ...groups.keys()])].map((key) => {
        const pods = groups.get(key) ?? [];
        const size = wanted.get(key)?.group.size ?? 0;
        const facts = { pods, deployment: deployments.get(key), size, hasRoom: room, now };
        return [key, memoryOf(key).status(facts, troublesBeside(key, new Date(now)))];
      }),
    );
  }

  /** What no pod shows. */
  function troublesBeside(key: string, since: Date): PodTrouble[] {
    const one = wanted.get(key);
    if (!one) return [];
    const troubles: PodTrouble[] = [];
    const add = (kind: "other" | "quota", sentence: string) =>
      troubles.push({ kind, sentence, since, isPermanent: false });
    const setting = options.settingsTrouble(one.group);
    if (setting) troubles.push(setting);
    if (one.whyNot !== undefined) add("other", one.whyNot);
    else if (one.size === 0)
      add("quota", `All ${options.capacity} pods (KUBERNETES_WORKERS) are in use.`);
    const problem = state.problem() ?? changer.problemOf(key);
    if (problem !== undefined) add("other", `The cluster cannot be used now: ${problem}`);
    return troubles;
  }

  /** A listener is called only when it has something new to show. */
  function tellChanges(): void {
    if (changed.size === 0) return;
    const now = statuses();
    for (const key of changed) {
      const status = now.get(key);
      const text = status ? shownOf(status) : "";
      if ((told.get(key) ?? "") !== text) options.onChange(key);
      told.set(key, text);
    }
    changed.clear();
  }
}

function shownOf({ running, starting, troubles }: WorkerGroupStatus): string {
  return JSON.stringify([running, starting, troubles.map(({ kind, count }) => [kind, count])]);
}
