import { childEnvironment } from "../../config.ts";
import { type ConfinedProcess, startConfined } from "../../confined/process.ts";
import type { Task } from "../../operations/contract.ts";
import { moduleBeside } from "../../program.ts";
import type { Report } from "../../requests/views.ts";
import { declined, givenBackOf, noProgram, type Performed, retryOf } from "../perform.ts";
import type { TaskContextSettings } from "../task-context.ts";

export interface AloneTask {
  task: Task;
  settings: TaskContextSettings;
  logLevel: string;
}

type Reply = { report: Performed } | { error: string };

export interface Alone {
  /**
   * Performs one task in a process that works on nothing else meanwhile. If that dies, the file
   * killed it, and pays with a try. One task at a time; never rejects.
   */
  perform(asked: AloneTask, signal: AbortSignal): Promise<Performed>;
  close(): void;
}

const heapMegabytes = 1_024;

/** Keeps the process for the next such task: a dead worker may have had hundreds. */
export function makeAlone(): Alone {
  let child: ConfinedProcess | undefined;
  let settle: (report: (task: Task) => Performed) => void = () => undefined;

  return {
    perform(asked, signal) {
      const { task, settings } = asked;
      return new Promise((resolve) => {
        const stop = () => {
          child?.stop();
          settle((task) => givenBackOf(task, declined("The worker gave this file up.")));
        };
        settle = (reportOf) => {
          signal.removeEventListener("abort", stop);
          child?.hold(false);
          resolve(reportOf(task));
        };
        if (child?.ended() !== undefined) child = undefined;
        const used = child ?? start(settings);
        child = used;
        used.hold(true);
        if (signal.aborted) queueMicrotask(stop);
        signal.addEventListener("abort", stop);
        void used.loaded.then(() => used.ended() === undefined && used.send(asked));
      });
    },
    close: () => child?.stop(),
  };

  function start({ inputMegabytes, limits }: TaskContextSettings): ConfinedProcess {
    const started = startConfined<Reply>(moduleBeside(import.meta.url, "./program"), {
      name: "process of its own",
      heapMegabytes,
      limits: { fileMegabytes: inputMegabytes + limits.outputMegabytes },
      environment: childEnvironment(),
      onMessage: (reply) =>
        settle("report" in reply ? () => reply.report : failing("internal", reply.error)),
      onEnd(sentence) {
        const reason = `${sentence} It performed this file alone, after a worker had died.`;
        if (child !== started) return;
        const neverRan = (task: Task) => givenBackOf(task, noProgram(sentence));
        settle(started.hasLoaded() ? failing("lost", reason) : neverRan);
      },
    });
    return started;
  }
}

function failing(errorClass: string, message: string): (task: Task) => Report {
  return (task) => retryOf(task, { class: errorClass, message });
}
