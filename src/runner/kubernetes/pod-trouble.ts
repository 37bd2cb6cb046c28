// What is wrong with a pod, in sentences for people: from what Kubernetes says of it alone.
import { readableEnd } from "../../log.ts";
import type { Trouble } from "../contract.ts";
import type { Condition, Container, Pod, Terminated } from "./shapes.ts";

/** Of one pod, or of a group that gets none. */
export interface PodTrouble extends Omit<Trouble, "count"> {
  /** It does not pass by itself: somebody has to change an image, a setting, or the code. */
  isPermanent: boolean;
}

const reasonCharacters = 400;
const lastWordsCharacters = 600;

/** A container that lives for less counts as dead on arrival; so does a local worker. */
export const shortLifeMilliseconds = 10_000;

/** A worker that ran out of memory is told of for so long, though another works again. */
const memoryMilliseconds = 10 * 60_000;

const imageReasons = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
]);

const startReasons = new Set(["RunContainerError", "CreateContainerError", "PostStartHookError"]);

/** `hasRoom`: workers of ours run in the cluster, so that there will be room when they end. */
export function podTrouble(pod: Pod, now: number, hasRoom: boolean): PodTrouble | undefined {
  if (pod.metadata.deletionTimestamp) return undefined;
  const { phase, conditions, containerStatuses } = pod.status;
  if (phase === "Succeeded") return undefined;
  if (phase === "Failed") return failedTrouble(pod);
  for (const container of containerStatuses) {
    const trouble = containerTrouble(container, pod, now);
    if (trouble) return trouble;
  }
  const scheduled = conditions.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return unscheduled(scheduled, pod, hasRoom);
  return undefined;
}

export function isReady(pod: Pod): boolean {
  return readySince(pod) !== undefined;
}

export function readySince({ metadata, status }: Pod): Date | undefined {
  const ready = status.conditions.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") return undefined;
  return ready.lastTransitionTime ?? metadata.creationTimestamp;
}

function containerTrouble(container: Container, pod: Pod, now: number): PodTrouble | undefined {
  const { waiting, terminated } = container.state;
  const ended = terminated ?? container.lastState.terminated;
  const since = ended?.finishedAt ?? pod.metadata.creationTimestamp;
  if (ended?.reason === "OOMKilled" && now - since.getTime() < memoryMilliseconds)
    return {
      kind: "memory",
      sentence: `Workers run out of memory: container ${container.name} was killed at its limit.`,
      since,
      isPermanent: true,
      ...lastWordsOf(ended),
    };
  const reason = waiting?.reason ?? "";
  if (imageReasons.has(reason)) return imageTrouble(container, pod);
  if (reason === "CreateContainerConfigError")
    return {
      kind: "other",
      sentence: `A container cannot be made: ${shortened(waiting?.message ?? "")}.`,
      since: pod.metadata.creationTimestamp,
      isPermanent: true,
    };
  if (startReasons.has(reason))
    return crash(container, shortened(waiting?.message || reason), since, ended);
  if (reason === "CrashLoopBackOff" || (terminated && terminated.exitCode !== 0))
    return crash(container, endOf(ended), since, ended);
  return undefined;
}

function imageTrouble({ image, state }: Container, pod: Pod): PodTrouble {
  const { reason = "", message = "" } = state.waiting ?? {};
  return {
    kind: "image",
    sentence: imageSentence(image, reason, message),
    since: pod.metadata.creationTimestamp,
    isPermanent: true,
  };
}

function imageSentence(image: string, reason: string, message: string): string {
  if (reason === "InvalidImageName") return `${image} is not the name of an image.`;
  if (reason === "ErrImageNeverPull")
    return `The image ${image} is not on the node, and is not to be pulled (pull policy Never).`;
  // Between two tries the message begins with the pause.
  const why = message.replace(/^Back-off pulling image "[^"]*"(: ErrImagePull: )?/, "");
  return `The image ${image} cannot be pulled${why === "" ? "" : `: ${shortened(why)}`}.`;
}

function crash(
  { name }: Container,
  how: string,
  since: Date,
  ended: Terminated | undefined,
): PodTrouble {
  return {
    kind: "crash",
    sentence: `Workers die as soon as they start (container ${name}: ${how}).`,
    since,
    isPermanent: true,
    ...(ended && lastWordsOf(ended)),
  };
}

function endOf(ended: Terminated | undefined): string {
  if (!ended) return "it is started again and again";
  const reason = ended.reason === "" || ended.reason === "Error" ? "" : `, ${ended.reason}`;
  return `exit code ${ended.exitCode}${reason}`;
}

/** Where the pod asks for it, Kubernetes keeps the end of the log as the message. */
function lastWordsOf({ message }: Terminated): { lastWords?: string } {
  const lastWords = readableEnd(message, lastWordsCharacters);
  return lastWords === "" ? {} : { lastWords };
}

function failedTrouble({ metadata, status }: Pod): PodTrouble {
  const ends = status.containerStatuses.flatMap(({ state }) => state.terminated?.finishedAt ?? []);
  const disruption = status.conditions.find(({ type }) => type === "DisruptionTarget");
  const since = disruption?.lastTransitionTime ?? ends[0] ?? metadata.creationTimestamp;
  const why = shortened(status.message || disruption?.message || status.reason);
  return {
    kind: status.reason === "Evicted" || disruption ? "evicted" : "other",
    sentence: `The cluster ended a worker${why === "" ? "" : `: ${why}`}.`,
    since,
    isPermanent: false,
  };
}

function unscheduled({ message, lastTransitionTime }: Condition, pod: Pod, hasRoom: boolean) {
  // Room comes back when other workers end, if there are any.
  const waitsForRoom = /Insufficient|Too many pods/.test(message) && hasRoom;
  return {
    kind: "unschedulable" as const,
    sentence: `No node of the cluster takes it: ${shortened(message)}.`,
    since: lastTransitionTime ?? pod.metadata.creationTimestamp,
    isPermanent: !waitsForRoom,
  };
}

/** Why the cluster makes no pods for a Deployment. */
export function refusedPods(conditions: readonly Condition[]): PodTrouble | undefined {
  const refused = conditions.find(({ type }) => type === "ReplicaFailure");
  if (refused?.status !== "True") return undefined;
  const { message } = refused;
  const since = refused.lastTransitionTime ?? new Date();
  // What comes before names a pod that does not exist
  const why = shortened(message.replace(/^pods "[^"]*" is forbidden: /, ""));
  const isQuota = /exceeded quota/.test(message);
  return {
    kind: isQuota ? "quota" : "other",
    sentence: `The cluster makes no more pods here: ${why}.`,
    since,
    // Others leave room in a quota when they end
    isPermanent: !isQuota,
  };
}

/** One line, without the full stop. */
export function shortened(message: string): string {
  const line = readableEnd(message, Number.POSITIVE_INFINITY).replaceAll(/\s+/g, " ").trim();
  const text = line.endsWith(".") || line.endsWith(":") ? line.slice(0, -1) : line;
  return text.length > reasonCharacters ? `${text.slice(0, reasonCharacters)}…` : text;
}
