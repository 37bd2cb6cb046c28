import type { Task } from "../operations/contract.ts";

export interface TasksWithSettings {
  tasks: Omit<Task, "settings">[];
  /** by `request.step` */
  settings: Record<string, Task["settings"]>;
}

/** Settings may have a megabyte, and a claim a thousand tasks of one step. */
export function withSettingsOnce(tasks: Task[]): TasksWithSettings {
  const settingsOf: TasksWithSettings["settings"] = {};
  const rest = tasks.map(({ settings, ...task }) => {
    settingsOf[`${task.request}.${task.step}`] = settings;
    return task;
  });
  return { tasks: rest, settings: settingsOf };
}
