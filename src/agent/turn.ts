// One turn: the operation is called for tasks that are due, and what it returns becomes progress.
import type {
  Progress,
  ServiceContext,
  ServiceOperation,
  ServiceTask,
  TaskFile,
} from "../operations/contract.ts";
import { explained } from "../system-problem.ts";
import type { ClaimedTask, TaskApi, TaskProgress } from "./contract.ts";

export interface TurnDeps {
  api: TaskApi;
  operation: ServiceOperation;
  context: ServiceContext;
}

const defaultAgainSeconds = 60;

/** Starts, aborts or releases one task. */
export async function actOn(deps: TurnDeps, claimed: ClaimedTask): Promise<void> {
  await held(deps, [claimed], async () => {
    const { turn } = claimed;
    await deps.api.progress(claimed.task, { ...(await doAction(deps, claimed)), turn });
  });
}

/** Asks about many tasks in one call. */
export async function pollAll(deps: TurnDeps, claimed: ClaimedTask[]): Promise<void> {
  const { operation, context, api } = deps;
  await held(deps, claimed, async () => {
    const tasks = claimed.map((task) => serviceTask(api, task));
    const found = await operation.poll(tasks, context);
    for (const { task, turn } of claimed)
      await api.progress(task, { ...progressOf(found.get(task) ?? { settled: [] }), turn });
  });
}

async function doAction(
  { api, operation, context }: TurnDeps,
  claimed: ClaimedTask,
): Promise<TaskProgress> {
  const task = serviceTask(api, claimed);
  if (claimed.action === "abort") {
    const files = await api.files(claimed.task, "abort");
    await operation.abort?.(task, files, context);
    return ended(files, "aborted");
  }
  if (claimed.action === "release") {
    const files = await api.files(claimed.task, "release");
    await operation.release?.(task, files, context);
    return ended(files, "released");
  }
  return progressOf(await operation.start(task, context));
}

function serviceTask(api: TaskApi, { task, group, externalRef }: ClaimedTask): ServiceTask {
  return { id: task, group, externalRef, files: () => api.files(task, "open") };
}

function progressOf({ againInSeconds = defaultAgainSeconds, ...rest }: Progress): TaskProgress {
  return { ...rest, againInSeconds };
}

function ended(files: TaskFile[], status: "aborted" | "released"): TaskProgress {
  const settled = files.map(({ request, file }) => ({ request, file, status }));
  return { settled, againInSeconds: 0 };
}

/**
 * Renews the leases while the work lasts; what it throws is kept with the tasks and tried again.
 */
async function held(
  { api, context: { log } }: TurnDeps,
  claimed: ClaimedTask[],
  work: () => Promise<void>,
): Promise<void> {
  const seconds = Math.min(...claimed.map((task) => task.lease_seconds)) / 3;
  const renewing = setInterval(() => {
    for (const { task, turn } of claimed)
      api
        .progress(task, { settled: [], turn })
        .catch((error: Error) => log.warn({ err: error, task }, "a task's lease was not renewed"));
  }, seconds * 1000);
  try {
    await work();
  } catch (error) {
    const sentence = explained(error);
    log.warn({ err: error, tasks: claimed.map(({ task }) => task) }, "a turn failed; tried again");
    for (const { task, turn } of claimed)
      await api.progress(task, { settled: [], turn, error: sentence });
  } finally {
    clearInterval(renewing);
  }
}
