import { endOf } from "../last-words.ts";
import type { Api } from "./api.ts";
import { isStatus } from "./api-error.ts";
import { kinds } from "./kinds.ts";
import { labelKeys, managedBy } from "./names.ts";
import { type Pod, podShape } from "./shapes.ts";

/**
 * The end of the logs of a pod's containers, at most `bytes`; undefined if there is no pod of that
 * name, or it is not one of this instance that serves `request`. A name comes from a report, which
 * anybody may have written: it must not show the log of another request's pod.
 */
export async function podLogs(
  api: Pick<Api, "read" | "logOf">,
  instance: string,
  { name, request, bytes }: { name: string; request: string | undefined; bytes: number },
): Promise<string | undefined> {
  const pod = await podNamed(api, name);
  if (!pod) return undefined;
  const { labels } = pod.metadata;
  if (labels[labelKeys.managedBy] !== managedBy || labels[labelKeys.instance] !== instance)
    return undefined;
  if (labels[labelKeys.request] !== request) return undefined;
  const found = pod.status.containerStatuses;
  const each = Math.floor(bytes / Math.max(1, found.length));
  const logs: string[] = [];
  for (const container of found) {
    const log = await containerLog(api, name, container, each);
    if (log === undefined) return undefined;
    if (log !== "") logs.push(found.length > 1 ? `--- ${container.name}:\n${log}` : log);
  }
  return endOf(Buffer.from(logs.join("\n")), bytes);
}

/** The names of pods are DNS names; nothing else is asked for. */
const podName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

async function podNamed(api: Pick<Api, "read">, name: string): Promise<Pod | undefined> {
  if (!podName.test(name)) return undefined;
  try {
    return podShape.parse(await api.read(kinds.Pod, name));
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

/** With that of before its last restart, if it was restarted; undefined if the pod is gone. */
async function containerLog(
  api: Pick<Api, "logOf">,
  pod: string,
  { name, restartCount }: Pod["status"]["containerStatuses"][number],
  bytes: number,
): Promise<string | undefined> {
  const logs: Buffer[] = [];
  for (const previous of restartCount > 0 ? [true, false] : [false]) {
    try {
      logs.push(await api.logOf(pod, name, previous, bytes));
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      // The container has not started yet, or the node has dropped the earlier log
      if (!isStatus(error, 400)) throw error;
    }
  }
  return endOf(Buffer.concat(logs), bytes);
}
