import type { Progress, ServiceContext, ServiceTask } from "../contract.ts";
import type { StageFacility, StageSettings } from "./settings.ts";

type Task = ServiceTask<StageSettings>;
type Context = ServiceContext<StageFacility>;

/** Asks about task after task: one that cannot be asked about does not keep the others waiting. */
export async function pollEach(
  tasks: Task[],
  context: Context,
  ask: (task: Task, context: Context) => Promise<Progress>,
): Promise<Map<string, Progress>> {
  const found = new Map<string, Progress>();
  for (const task of tasks) {
    try {
      found.set(task.id, await ask(task, context));
    } catch (error) {
      if (context.signal.aborted) throw error;
      const note = `The tape system could not be asked: ${(error as Error).message}`;
      context.log.warn({ err: error, task: task.id }, "a recall could not be asked about");
      const againInSeconds = Math.max(1, context.facility.STAGE_POLL_SECONDS);
      found.set(task.id, { settled: [], note, againInSeconds });
    }
  }
  return found;
}
