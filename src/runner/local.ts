import { mkdir, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Logger } from "../log.ts";
import type { StartLine } from "../worker/main.ts";
import type { Runner, Trouble, WorkerGroup, WorkerGroupStatus } from "./contract.ts";
import { makeLastWords } from "./last-words.ts";
import { makeListeners } from "./listeners.ts";
import { type LocalGroup, makeLocalGroup } from "./local-group.ts";
import { startWorkerProcess, type WorkerEvents, type WorkerLimits } from "./worker-process.ts";

export interface LocalRunnerOptions
  extends Pick<
      StartLine,
      "facility" | "inputFolders" | "inputHosts" | "unusedProxy" | "limits" | "logLevel"
    >,
    WorkerLimits {
  internalUrl: () => string;
  log: Logger;
  /** most workers at once */
  capacity: number;
  /** a folder for this runner alone; what an earlier runner left in it is removed, except names */
  scratch: string;
}

/** A group as it was last wanted, its workers, and why it got fewer than wanted. */
interface Entry {
  wanted: WorkerGroup;
  workers: LocalGroup;
  refusal: Trouble | undefined;
}

/** Where no process with this runner starts workers now. */
export const localHelp =
  "No process of the service starts workers now: start one with ROLES=worker, or a worker: " +
  "longshore worker.";

/** Workers as child processes of the service; they never outlive it. */
export async function openLocalRunner(options: LocalRunnerOptions): Promise<Runner> {
  const { log, capacity, scratch } = options;
  const groups = new Map<string, Entry>();
  const changes = makeListeners<string>(log);
  const deaths = makeListeners<string>(log);
  const deadWords = makeLastWords();
  /** Workers that were killed while this runner closed: they may have files. */
  const killed = new Set<string>();
  let started = 0;
  let closed = false;
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  // Each worker has a folder of its name there until it has ended.
  const endedBefore = await readdir(scratch);
  /** Until their files were taken: this service may be killed before that as well. */
  const remembered = new Set(endedBefore);
  for (const name of remembered) await emptyFolder(join(scratch, name));

  return {
    help: localHelp,
    startsContainers: false,
    endedBefore,
    async forgetEndedBefore() {
      for (const name of remembered)
        await rm(join(scratch, name), { recursive: true, force: true });
      remembered.clear();
    },
    capacity,
    groups: "together",
    async reconcile(wanted) {
      if (!closed) apply(wanted);
    },
    resign: async () => apply([]),
    statuses: () => new Map([...groups].map(([key, entry]) => [key, statusOf(entry)])),
    async lastWords(name, bytes, request) {
      for (const { wanted, workers } of groups.values()) {
        const words = wanted.request === request && workers.find(name)?.lastWords(bytes);
        if (typeof words === "string") return words;
      }
      return deadWords.of(inFull(name, request), bytes);
    },
    onChange: changes.add,
    onDeath: deaths.add,
    async close() {
      closed = true;
      await Promise.all([...groups.values()].map(({ workers }) => workers.stop()));
      groups.clear();
      await clear(scratch, new Set([...remembered, ...killed]));
    },
  };

  function apply(wanted: WorkerGroup[]): void {
    let free = capacity;
    for (const group of wanted) {
      const size = group.workload ? 0 : Math.min(group.size, free);
      free -= size;
      const entry = groups.get(group.key) ?? makeEntry(group);
      entry.wanted = group;
      entry.refusal = refusalOf(group, size, entry.refusal);
      entry.workers.resize(size);
      changes.call(group.key);
    }
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, entry] of groups) {
      if (keys.has(key)) continue;
      entry.wanted = { ...entry.wanted, size: 0 };
      entry.refusal = undefined;
      entry.workers.resize(0);
      changes.call(key);
      forgetEmpty(key);
    }
  }

  function makeEntry(group: WorkerGroup): Entry {
    const { key } = group;
    const entry: Entry = {
      wanted: group,
      refusal: undefined,
      workers: makeLocalGroup({
        startWorker: (events) => startWorker(entry.wanted, events),
        onChange: () => {
          forgetEmpty(key);
          changes.call(key);
        },
        log,
      }),
    };
    groups.set(key, entry);
    return entry;
  }

  function forgetEmpty(key: string): void {
    const entry = groups.get(key);
    if (entry && entry.wanted.size === 0 && entry.workers.isEmpty()) groups.delete(key);
  }

  function refusalOf(
    group: WorkerGroup,
    granted: number,
    before: Trouble | undefined,
  ): Trouble | undefined {
    if (group.size === 0 || granted > 0) return undefined;
    const reason = reasonOf(group);
    const since = before?.sentence === reason.sentence ? before.since : new Date();
    return { ...reason, count: group.size, since };
  }

  function reasonOf({ workload }: WorkerGroup): Pick<Trouble, "kind" | "sentence"> {
    if (workload)
      return {
        kind: "other",
        sentence: `This step needs the container ${workload.image}, and RUNNER=local starts none.`,
      };
    if (capacity === 0)
      return {
        kind: "quota",
        sentence: "This service starts no workers: LOCAL_WORKERS is 0.",
      };
    return { kind: "quota", sentence: `All ${capacity} workers (LOCAL_WORKERS) are in use.` };
  }

  function startWorker(group: WorkerGroup, events: WorkerEvents) {
    started += 1;
    // An earlier service may have had the same process id: the time makes the name unique.
    const name = `${hostname()}-${process.pid}-${Date.now().toString(36)}-${started}`;
    const line = startLine(options, group, name);
    mkdir(line.scratch, { recursive: true, mode: 0o700 }).catch((error: Error) =>
      log.debug({ err: error, worker: name }, "a later service does not learn of this worker"),
    );
    const worker = startWorkerProcess(line, options, {
      onReady: events.onReady,
      onExit(exit) {
        const words = worker.lastWords(Number.POSITIVE_INFINITY);
        deadWords.keep(inFull(name, group.request), words);
        deaths.call(name);
        events.onExit(exit);
        if (closed && exit.code !== 0) killed.add(name);
        else
          rm(line.scratch, { recursive: true, force: true }).catch((error) =>
            log.warn({ err: error }, "a worker's folder could not be removed"),
          );
      },
    });
    return worker;
  }
}

/** A worker of one request is unknown to all who ask for another's. */
function inFull(name: string, request = ""): string {
  return `${request} ${name}`;
}

/** Of a folder, or what is in its place. */
async function emptyFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { mode: 0o700 });
}

/**
 * Leaves an empty folder named after each of these workers, from which the next runner reads that
 * they were killed.
 */
async function clear(scratch: string, workers: ReadonlySet<string>): Promise<void> {
  await rm(scratch, { recursive: true, force: true });
  for (const worker of workers)
    await mkdir(join(scratch, worker), { recursive: true, mode: 0o700 });
}

function statusOf({ workers, refusal }: Entry): WorkerGroupStatus {
  const status = workers.status();
  return refusal ? { ...status, troubles: [...status.troubles, refusal] } : status;
}

function startLine(options: LocalRunnerOptions, group: WorkerGroup, name: string): StartLine {
  const { internalUrl, facility, inputFolders, inputHosts, limits, logLevel, scratch } = options;
  const { unusedProxy } = options;
  return {
    url: internalUrl(),
    name,
    operations: group.operations,
    request: group.request,
    token: group.credentials.workToken,
    scratch: `${scratch}/${name}`,
    facility,
    inputFolders,
    inputHosts,
    unusedProxy,
    limits,
    logLevel,
  };
}
