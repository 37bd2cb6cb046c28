import { forEachAtOnce } from "../../at-once.ts";
import type { Logger } from "../../log.ts";
import type { Api } from "./api.ts";
import { ApiError } from "./api-error.ts";
import type { ClusterState } from "./cluster-state.ts";
import type { Step, Work } from "./differences.ts";
import { perform, refusalOf } from "./perform.ts";
import type { PodTrouble } from "./pod-trouble.ts";

export interface ChangerOptions {
  api: Pick<Api, "apply" | "remove">;
  state: ClusterState;
  /** asked before each call */
  mayAct(): boolean;
  /** what the API says of a group's objects; undefined: it took the last one */
  onAnswer(group: string, refusal: PodTrouble | undefined): void;
  /** what failed may be tried again now */
  onDue(): void;
  log: Logger;
}

/** Makes changes in the cluster, a few at once, and each again after a while if it fails. */
export interface Changer {
  /**
   * Does the first steps of all that are due; returns whether some are left, since what is wanted
   * may have changed meanwhile. Never rejects.
   */
  change(work: readonly Work[]): Promise<boolean>;
  /** The object was asked to go, and has not gone yet. */
  isLeaving(uid: string): boolean;
  /** why the cluster takes no change of the group, again and again */
  problemOf(group: string): string | undefined;
  forgetOthers(groups: ReadonlySet<string>): void;
}

const atOnce = 8;
const stepsAtOnce = 32;
/** An object that is asked to go takes a while, and is asked again. */
const leavingMilliseconds = 30_000;
const firstRetryMilliseconds = 500;
const longestRetryMilliseconds = 60_000;
const failuresTold = 3;

export function makeChanger(options: ChangerOptions): Changer {
  const { api, state, mayAct, onAnswer, log } = options;
  const failures = new Map<string, { count: number; retryAt: number; message: string }>();
  /** by uid */
  const leaving = new Map<string, number>();

  return {
    async change(work) {
      const all = work.flatMap(dueOf);
      const first = firstOf(all);
      await forEachAtOnce(first, atOnce, changeGroup);
      return first.length < all.length;
    },
    isLeaving,
    problemOf(group) {
      const { count = 0, message } = failures.get(group) ?? {};
      return count >= failuresTold ? message : undefined;
    },
    forgetOthers(groups) {
      for (const group of failures.keys()) if (!groups.has(group)) failures.delete(group);
      for (const uid of leaving.keys()) isLeaving(uid);
    },
  };

  function isLeaving(uid: string): boolean {
    const at = leaving.get(uid);
    if (at === undefined) return false;
    if (Date.now() - at < leavingMilliseconds) return true;
    leaving.delete(uid);
    return false;
  }

  function dueOf({ group, steps }: Work): Work[] {
    if ((failures.get(group)?.retryAt ?? 0) > Date.now()) return [];
    const open = steps.filter(
      (step) => step.do === "apply" || !isLeaving(step.object.metadata.uid),
    );
    return open.length > 0 ? [{ group, steps: open }] : [];
  }

  /** In their order; what follows a step that fails waits with it. */
  async function changeGroup({ group, steps }: Work): Promise<void> {
    for (const step of steps) if (!mayAct() || !(await changeOne(group, step))) return;
    failures.delete(group);
  }

  async function changeOne(group: string, step: Step): Promise<boolean> {
    const uid = step.do === "remove" ? step.object.metadata.uid : undefined;
    if (uid !== undefined) leaving.set(uid, Date.now());
    try {
      await perform(api, state, step);
      if (step.do === "apply") onAnswer(group, undefined);
      return true;
    } catch (error) {
      if (uid !== undefined) leaving.delete(uid);
      if (mayAct()) fail(group, step, error as Error);
      return false;
    }
  }

  function fail(group: string, step: Step, error: Error): void {
    const count = (failures.get(group)?.count ?? 0) + 1;
    const growing = Math.min(firstRetryMilliseconds * 2 ** count, longestRetryMilliseconds);
    const asked = error instanceof ApiError ? (error.retrySeconds ?? 0) * 1000 : 0;
    const wait = Math.max(asked, growing * (0.5 + Math.random() / 2));
    failures.set(group, { count, retryAt: Date.now() + wait, message: error.message });
    setTimeout(options.onDue, wait + 1).unref();
    const refusal = refusalOf(step, error, new Date());
    onAnswer(group, refusal);
    log[refusal && count === 1 ? "warn" : "debug"](
      { err: error, group, do: step.do, kind: step.kind.name },
      "the cluster did not take a change; it is tried again",
    );
  }
}

function firstOf(work: readonly Work[]): Work[] {
  let steps = 0;
  return work.filter((one) => {
    steps += one.steps.length;
    return steps - one.steps.length < stepsAtOnce;
  });
}
