import { mkdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import type { Logger } from "../log.ts";
import type { StartLine } from "../worker/main.ts";
import type { Runner, WorkerGroup } from "./contract.ts";
import { type LocalGroup, makeLocalGroup } from "./local-group.ts";
import { startWorkerProcess } from "./worker-process.ts";

export interface LocalRunnerOptions
  extends Pick<StartLine, "inputRoots" | "inputHosts" | "limits" | "logLevel"> {
  internalUrl: () => string;
  log: Logger;
  /** most workers at once */
  capacity: number;
  /** a folder of this runner's own; what an earlier one left there is removed */
  scratch: string;
  environment: NodeJS.ProcessEnv;
  /** a worker ends by itself after so long without work */
  idleSeconds?: number;
}

const defaultIdleSeconds = 60;

/** Workers as child processes of the service: started on demand, gone when idle, and with the service at the latest. */
export async function openLocalRunner(options: LocalRunnerOptions): Promise<Runner> {
  const { log, capacity, scratch } = options;
  const groups = new Map<string, LocalGroup>();
  const listeners: ((worker: string) => void)[] = [];
  let number = 0;
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });

  return {
    kind: "local",
    scope: "service",
    capacity,
    async start(group) {
      const known = groups.get(group.id) ?? makeLocalGroup((died) => startWorker(group, died), log);
      groups.set(group.id, known);
      const others = [...groups.values()]
        .filter((one) => one !== known)
        .reduce((total, one) => total + one.size(), 0);
      known.resize(Math.max(0, Math.min(group.size, capacity - others)));
    },
    poll: async (crewId) => groups.get(crewId)?.status() ?? { starting: 0, running: 0, failed: 0 },
    async stop(crewId) {
      const group = groups.get(crewId);
      groups.delete(crewId);
      await group?.stop();
    },
    groups: async () => [...groups.keys()],
    onDeath: (listener) => void listeners.push(listener),
    async close() {
      await Promise.all([...groups.values()].map((group) => group.stop()));
      groups.clear();
      await rm(scratch, { recursive: true, force: true });
    },
  };

  function startWorker(
    { operations, requestId }: WorkerGroup,
    died: (code: number | null, lastWords: string) => void,
  ) {
    number += 1;
    // The time keeps names of an earlier service on this folder apart: their files are not this worker's
    const name = `${hostname()}-${process.pid}-${Date.now().toString(36)}-${number}`;
    const {
      internalUrl,
      inputRoots,
      inputHosts,
      limits,
      logLevel,
      environment,
      idleSeconds = defaultIdleSeconds,
    } = options;
    const line: StartLine = {
      url: internalUrl(),
      name,
      operations,
      request: requestId,
      scratch: `${scratch}/${name}`,
      inputRoots,
      inputHosts,
      limits,
      logLevel,
      idleSeconds,
    };
    return startWorkerProcess(line, environment, (code, lastWords) => {
      for (const listener of listeners) listener(name);
      died(code, lastWords);
      rm(line.scratch, { recursive: true, force: true }).catch((error) =>
        log.warn({ err: error }, "a worker's folder could not be removed"),
      );
    });
  }
}
