import { existsSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { diskProblem } from "../disk-problem.ts";
import { withoutBarred } from "../inputs/barred.ts";
import type { InputFolders } from "../inputs/folders.ts";
import type { LocalFile } from "../inputs/local.ts";
import { onTapeAgain } from "../inputs/stub.ts";
import type { Facility, Task, TaskContext, TaskError } from "../operations/contract.ts";
import type { InputRead } from "../requests/views.ts";
import { timeLimit } from "../time.ts";
import { type Digesting, startDigest } from "./digest.ts";
import { canWrite } from "./storage-gate.ts";
import { fetchHereOrThroughService, type ThroughService } from "./through-service.ts";
import { uploadFile } from "./upload.ts";

export interface TaskContextSettings {
  /** a folder of this worker's own */
  scratch: string;
  inputFolders: InputFolders;
  inputHosts: string[];
  /** the variable that names a proxy in the service's environment */
  unusedProxy?: string | undefined;
  /** largest input that is downloaded */
  inputMegabytes: number;
  limits: TaskContext["limits"];
  /** for a worker on another machine: where it reads what it does not have; default: nowhere */
  service?: ThroughService | undefined;
  /** the facility's settings, by operation */
  facility: Record<string, Facility>;
}

interface OpenTask {
  context: TaskContext;
  lastInput(): LocalFile | undefined;
  /** What was read of the last input; undefined where there is none, or that is not known. */
  inputRead(): Promise<InputRead | undefined>;
  /** Why its folder cannot be used, if it cannot. */
  scratchError(): Promise<TaskError | undefined>;
  close(): Promise<void>;
}

/** What one task may use. Its folder is made at first use: many operations need none. */
export function openTaskContext(
  task: Task,
  signal: AbortSignal,
  settings: TaskContextSettings,
): OpenTask {
  const folder = join(settings.scratch, task.task.replace(/[^\w.-]/g, "_").slice(0, 200));
  const inputs: LocalFile[] = [];
  let digesting: Digesting | undefined;
  let opened = 0;
  let made = false;
  let wanted = false;
  const scratch = () => {
    wanted = true;
    if (!made) mkdirSync(folder, { recursive: true, mode: 0o700 });
    made = true;
    return folder;
  };
  const context: TaskContext = {
    get scratch() {
      return scratch();
    },
    facility: settings.facility[task.operation] ?? {},
    signal,
    limits: settings.limits,
    fetchInput: async (location) => {
      const { inputFolders: folders, inputHosts: hosts } = settings;
      const bounds = {
        ...withoutBarred({ folders, hosts }, task.barred),
        unusedProxy: settings.unusedProxy,
        megabytes: settings.inputMegabytes,
        trusted: [...task.inputs, ...(task.attachments ?? []).map(({ url }) => url)],
        // One of its own: what was opened before, such as a mask, stays as it is
        scratch: join(scratch(), `input-${++opened}`),
        signal: AbortSignal.any([signal, timeLimit(settings.limits.seconds * 1000)]),
      };
      const input = await fetchHereOrThroughService(location, task, bounds, settings.service);
      inputs.push(input);
      if (input.isStub && task.from_service && task.replicas.includes(location))
        throw onTapeAgain(location);
      digesting?.stop();
      digesting = await startDigest(input, signal);
      return input;
    },
    upload: (to, path) => uploadFile(to, path, signal),
  };
  return {
    context,
    lastInput: () => inputs.at(-1),
    inputRead: async () => digesting?.result(),
    async scratchError() {
      if (!wanted || existsSync(folder)) return undefined;
      if (!made && (await canWrite(settings.scratch))) return undefined;
      const words = "The worker's folder for temporary files cannot be used";
      const message = `${words}: ${settings.scratch}.`;
      return { class: "disk", message };
    },
    close: async () => {
      digesting?.stop();
      await Promise.all(inputs.map((input) => input.close()));
      if (made) await rm(folder, { recursive: true, force: true }).catch(ignoreDiskProblem);
    },
  };
}

/** The worker's whole folder is removed when it ends, and by the next service. */
function ignoreDiskProblem(error: unknown): void {
  if (!diskProblem(error)) throw error;
}
