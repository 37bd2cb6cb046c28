import type { Api } from "./api.ts";
import { ApiError, isStatus } from "./api-error.ts";
import type { ClusterState } from "./cluster-state.ts";
import type { Step } from "./differences.ts";
import { type PodTrouble, shortened } from "./pod-trouble.ts";

/** Does one step, and tells `state` the answer. What is already so is success. */
export async function perform(
  api: Pick<Api, "apply" | "remove">,
  state: Pick<ClusterState, "put" | "remove">,
  step: Step,
): Promise<void> {
  if (step.do === "remove") {
    await removeOne(api, state, step);
    return;
  }
  const { kind, manifest } = step;
  try {
    state.put(kind.name, await api.apply(kind, manifest));
  } catch (error) {
    if (!isStatus(error, 422) || !/immutable/.test((error as Error).message)) throw error;
    // An earlier version made it with another selector: it has to be made anew.
    await api.remove(kind, manifest.metadata.name, undefined);
  }
}

async function removeOne(
  api: Pick<Api, "remove">,
  state: Pick<ClusterState, "remove">,
  { kind, object }: Extract<Step, { do: "remove" }>,
): Promise<void> {
  const { name, uid } = object.metadata;
  try {
    await api.remove(kind, name, uid);
  } catch (error) {
    // Another of that name has been made since: the watch tells.
    if (isStatus(error, 409)) return;
    if (!isStatus(error, 404)) throw error;
    state.remove(kind.name, object);
  }
}

/** Answers that come again however often it is tried: people have to know. */
export function refusalOf(step: Step, error: unknown, now: Date): PodTrouble | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const { status, message } = error;
  if (status < 400 || status >= 500 || [401, 408, 409, 410, 429].includes(status)) return undefined;
  const what = step.do === "apply" ? step.manifest.metadata.name : step.object.metadata.name;
  const isQuota = status === 403 && /exceeded quota/.test(message);
  return {
    kind: isQuota ? "quota" : "other",
    sentence: `The cluster refused the ${step.kind.name} ${what}: ${shortened(message)}.`,
    since: now,
    isPermanent: status === 400 || status === 422,
  };
}
