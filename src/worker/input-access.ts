// Which inputs this worker may read, and what becomes of those that it may not.
import pRetry from "p-retry";
import type { Logger } from "pino";
import { type InputRules, refusalOf } from "../inputs/fetch.ts";
import { noAccessClass, type Task } from "../operations/contract.ts";
import type { Report } from "../requests/views.ts";
import { thisMachine } from "../this-machine.ts";
import type { Performed } from "./perform.ts";
import type { TaskContextSettings } from "./task-context.ts";
import { RejectedError, type ServiceInputs, type WorkApi } from "./work-api.ts";

/** For a worker that the service did not start: which rules are set for it. */
export interface GivenRules {
  /** INPUT_ROOTS is set */
  roots: boolean;
  /** INPUT_HOSTS is set */
  hosts: boolean;
}

export interface InputAccess {
  /** Asks the service until it answers. Rejects where the service refuses the call. */
  start(signal: AbortSignal): Promise<void>;
  /** After a refusal. True if the service reads other inputs since: the task is worth a try. */
  hasChanged(): Promise<boolean>;
  /**
   * What to report of a task. A file whose input this worker may not read fails where the service's
   * own workers may not read it either; else it is given back.
   */
  judge(task: Task, performed: Performed): Report;
}

const askAgainMilliseconds = 10_000;

/**
 * A worker on the service's machine takes on the rules of the service, except those that it has
 * been given itself; the service's own folders are closed to it too. A worker elsewhere reads what
 * it does not find below roots of its own through the service. `given` is undefined for workers
 * that the service starts: their rules are the service's. Changes `settings`.
 */
export function makeInputAccess(
  settings: TaskContextSettings,
  given: GivenRules | undefined,
  api: Pick<WorkApi, "serviceInputs">,
  log: Logger,
): InputAccess {
  const own = { folders: settings.inputFolders, hosts: settings.inputHosts };
  const machine = thisMachine();
  let service: ServiceInputs | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;

  return {
    async start(signal) {
      if (!given) return;
      await pRetry(ask, {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 100,
        maxTimeout: 5000,
        signal,
        shouldRetry: ({ error }) => !(error instanceof RejectedError),
        onFailedAttempt({ error, attemptNumber }) {
          if (attemptNumber === 1) log.warn({ err: error }, "the service was not reached; again");
        },
      }).catch((error) => {
        if (!signal.aborted) throw error;
      });
    },
    async hasChanged() {
      if (!given || performance.now() - askedAt < askAgainMilliseconds) return false;
      const before = JSON.stringify(rules());
      await ask().catch((error: Error) => log.debug({ err: error }, "the old rules are kept"));
      return JSON.stringify(rules()) !== before;
    },
    judge(task, { error, ...report }) {
      if (!error) return report;
      const { here, ...sent } = error;
      if (!here || isFinal(task)) return { ...report, error: sent };
      const message = `${error.message} ${remedy}`;
      return { ...report, status: "given_back", error: { class: noAccessClass, message } };
    },
  };

  async function ask(): Promise<void> {
    askedAt = performance.now();
    service = await api.serviceInputs();
    if (!service || !given) return;
    if (service.machine !== machine) {
      // The current folder is no root: a file of the same name may be another one here.
      if (!given.roots) settings.inputFolders = { ...own.folders, roots: [] };
      return;
    }
    settings.service = undefined;
    settings.inputFolders = {
      roots: given.roots ? own.folders.roots : service.roots,
      closed: [...new Set([...own.folders.closed, ...service.closed])],
    };
    settings.inputHosts = given.hosts ? own.hosts : service.hosts;
    const { inputFolders, inputHosts } = settings;
    log.info({ roots: inputFolders.roots, hosts: inputHosts }, "what this worker may read");
  }

  function rules(): InputRules {
    return { folders: settings.inputFolders, hosts: settings.inputHosts };
  }

  /** Whether no worker of the service may read it either: waiting for another would not end. */
  function isFinal({ replicas }: Task): boolean {
    if (!given) return true;
    if (!service?.starts_workers) return false;
    const { roots, closed, hosts } = service;
    const theirs = { folders: { roots, closed }, hosts };
    return readsLike(service) || replicas.every((replica) => refusalOf(replica, theirs));
  }

  /** This worker reads what the service's own workers read, so that they would be refused alike. */
  function readsLike({ machine: theirs, user }: ServiceInputs): boolean {
    return theirs === machine && user === userId() && !given?.roots && !given?.hosts;
  }
}

const remedy =
  "A worker whose INPUT_ROOTS, INPUT_HOSTS and user allow it may read it: start one, or set " +
  "these where this one is started.";

function userId(): number | null {
  return process.getuid?.() ?? null;
}
