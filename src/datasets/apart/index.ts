import { startConfined } from "../../confined/process.ts";
import { watchProcess } from "../../confined/watch.ts";
import { withoutBarred } from "../../inputs/barred.ts";
import { moduleBeside } from "../../program.ts";
import type { Finder, FirstOutcome, FoundFile, LookupOutcome } from "../contract.ts";
import { type FinderSettings, makeFinders } from "../finders/index.ts";
import { lookupEnded, lookupTooLong } from "../lookup-end.ts";
import type { FromFinder, ToFind } from "./messages.ts";

export interface ApartSettings extends FinderSettings {
  finderLimits: FinderSettings["finderLimits"] & { seconds: number; memoryMegabytes: number };
}

/** for Node itself, besides what a lookup may take */
const programMegabytes = 128;

/**
 * The finders of this service, each lookup in a process of its own: names, folders and pages come
 * from others, and none of them holds up the service.
 */
export function findersApart(
  { inputFolders, inputHosts, finderLimits }: ApartSettings,
  environment: NodeJS.ProcessEnv,
): Map<string, Finder> {
  // Nothing else of the configuration, which has secrets, goes to a process that reads pages.
  const settings = { inputFolders, inputHosts, finderLimits };
  const finders = [...makeFinders(settings).values()].map((finder) =>
    finder.scheme === "user" ? finder : withBarred(finder, settings, environment),
  );
  return new Map(finders.map((finder) => [finder.scheme, finder]));
}

function withBarred(
  finder: Finder,
  settings: ApartSettings,
  environment: NodeJS.ProcessEnv,
): Finder {
  const { inputFolders, inputHosts, finderLimits } = settings;
  return {
    ...apart(finder, settings, environment),
    without(barred) {
      const { folders, hosts } = withoutBarred(
        { folders: inputFolders, hosts: inputHosts },
        barred,
      );
      const fewer = { inputFolders: folders, inputHosts: hosts, finderLimits };
      return apart(makeFinders(fewer).get(finder.scheme) ?? finder, fewer, environment);
    },
  };
}

function apart(finder: Finder, settings: ApartSettings, environment: NodeJS.ProcessEnv): Finder {
  const { scheme, findFirst } = finder;
  const limits = { settings, environment };
  return {
    ...finder,
    find: (name, give, signal) =>
      findApart<LookupOutcome>({ scheme, name, settings, first: false }, give, {
        ...limits,
        signal,
      }),
    ...(findFirst && {
      findFirst: (name: string, signal: AbortSignal) =>
        findApart<FirstOutcome>({ scheme, name, settings, first: true }, async () => undefined, {
          ...limits,
          signal,
        }),
    }),
  };
}

/** `Outcome`: what the finder returns for this. */
function findApart<Outcome extends FirstOutcome>(
  find: ToFind,
  give: (files: FoundFile[]) => Promise<void>,
  {
    settings: { finderLimits },
    environment,
    signal,
  }: { settings: ApartSettings; environment: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<Outcome | LookupOutcome> {
  const { seconds, memoryMegabytes } = finderLimits;
  const residentMegabytes = memoryMegabytes + programMegabytes;
  return new Promise((resolve, reject) => {
    const child = startConfined<FromFinder>(moduleBeside(import.meta.url, "./program"), {
      name: "lookup's process",
      heapMegabytes: memoryMegabytes,
      // A process whose service was killed in the middle ends by its own limit of time
      limits: {
        fileMegabytes: 16,
        cpuSeconds: seconds + 60,
        dataMegabytes: residentMegabytes * 1.25 + 256,
      },
      environment,
      onMessage: (message) => {
        if ("files" in message)
          give(message.files).then(
            () => child.send({ more: true }),
            (error: Error) => end(() => reject(error)),
          );
        else if ("outcome" in message) end(() => resolve(message.outcome as Outcome));
        else end(() => reject(new Error(message.error)));
      },
      onEnd: (sentence, cause) =>
        end(() => (cause === "memory" ? resolve(tooMuch()) : reject(new Error(sentence)))),
    });
    const stopWatching = watchProcess(child.pid, { seconds, residentMegabytes, signal }, (what) => {
      if (what === "memory") end(() => resolve(tooMuch()));
      else if (what === "seconds") end(() => resolve(lookupTooLong(seconds)));
      else end(() => reject(signal.reason));
    });
    void child.loaded.then(() => child.ended() === undefined && child.send({ find }));

    function tooMuch() {
      return lookupEnded(
        `it took more than ${memoryMegabytes} MB of memory (FINDER_MEMORY_MEGABYTES)`,
      );
    }

    /** Only the first end counts; the process ends with it. */
    function end(settle: () => void): void {
      stopWatching();
      settle();
      child.stop();
    }
  });
}
