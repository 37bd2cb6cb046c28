import type { Logger } from "../../log.ts";
import { pause } from "../../time.ts";
import type { Api } from "./api.ts";
import { ApiError, isStatus } from "./api-error.ts";
import type { Kind } from "./kinds.ts";
import { type Change, isNewer, type KnownObjects } from "./known-objects.ts";
import { bookmarkShape, type Metadata } from "./shapes.ts";

interface Item {
  metadata: Metadata;
}

export interface WatchOptions<Object extends Item> {
  api: Pick<Api, "list" | "watch">;
  kind: Kind;
  known: KnownObjects<Object>;
  /** undefined for what is no such object */
  read(object: unknown): Object | undefined;
  onChange(change: Change<Object>): void;
  /** what is known is complete from now on */
  onListed(): void;
  /** why the cluster cannot be read now; undefined when it can */
  onProblem(problem: string | undefined): void;
  log: Logger;
  signal: AbortSignal;
  times?: Partial<WatchTimes>;
}

export interface WatchTimes {
  /** the first pause after a failure; each further one is twice as long */
  shortestPauseMilliseconds: number;
  longestPauseMilliseconds: number;
  /** Everything is listed again after this time, whatever the watch said. */
  listMilliseconds: number;
  /** An older list that comes again for so long is the truth: the cluster was restored. */
  staleMilliseconds: number;
}

const usualTimes: WatchTimes = {
  shortestPauseMilliseconds: 500,
  longestPauseMilliseconds: 30_000,
  listMilliseconds: 10 * 60_000,
  staleMilliseconds: 5 * 60_000,
};

/** A watch that fails so often from one version goes on from a list. */
const mostFailures = 5;

/**
 * Keeps what is known of a kind as it is in the cluster, until the signal: lists, then watches from
 * there, and lists again where the watch cannot go on. Never rejects.
 */
export async function watchKind<Object extends Item>(options: WatchOptions<Object>): Promise<void> {
  const { api, kind, known, read, log, signal } = options;
  const times = { ...usualTimes, ...options.times };
  /** how far the watch is; undefined: everything has to be listed */
  let version: string | undefined;
  /** the last version that was seen at all */
  let newest: string | undefined;
  let staleSince: number | undefined;
  let failures = 0;
  let listedAt = 0;

  while (!signal.aborted) {
    try {
      if (version === undefined) await list();
      else await watch(version);
    } catch (error) {
      if (signal.aborted) return;
      await recover(error as Error);
    }
  }

  async function list(): Promise<void> {
    const { items, resourceVersion } = await api.list(kind, signal);
    if (newest !== undefined && isNewer(newest, resourceVersion)) refuseStale(resourceVersion);
    staleSince = undefined;
    const objects = items.flatMap((item) => readOne(item) ?? []);
    for (const change of known.replace(objects, resourceVersion)) tell(change);
    version = resourceVersion;
    newest = resourceVersion;
    listedAt = performance.now();
    failures = 0;
    options.onListed();
    options.onProblem(undefined);
  }

  /** An API server that lags behind the others must not undo what is known. */
  function refuseStale(listed: string): void {
    staleSince ??= performance.now();
    if (performance.now() - staleSince < times.staleMilliseconds)
      throw new Error(`The cluster's API listed an older state (${listed}) than is known.`);
    log.warn({ kind: kind.name }, "the cluster's state is older than it was: it was restored");
    for (const object of [...known.all()]) for (const change of known.remove(object)) tell(change);
  }

  async function watch(from: string): Promise<void> {
    const startedAt = performance.now();
    for await (const { type, object } of api.watch(kind, from, signal, onOpen)) {
      failures = 0;
      take(type, object);
      if (performance.now() - listedAt > times.listMilliseconds) break;
    }
    if (performance.now() - listedAt > times.listMilliseconds) version = undefined;
    // The API ends a watch after minutes; one that ends at once would be asked for without a pause.
    else if (performance.now() - startedAt < 1000) await backOff();
  }

  function onOpen(): void {
    options.onProblem(undefined);
  }

  function take(type: string, object: unknown): void {
    const seen = bookmarkShape.safeParse(object).data?.metadata.resourceVersion;
    // From an API server that lags behind
    if (seen === undefined || (version !== undefined && !isNewer(seen, version))) return;
    version = seen;
    newest = seen;
    const one = type === "BOOKMARK" ? undefined : readOne(object);
    if (!one) return;
    for (const change of type === "DELETED" ? known.remove(one) : known.put(one)) tell(change);
  }

  function readOne(object: unknown): Object | undefined {
    const one = read(object);
    if (!one) log.warn({ kind: kind.name }, "an object of the cluster was not understood");
    return one;
  }

  function tell(change: Change<Object>): void {
    try {
      options.onChange(change);
    } catch (error) {
      log.error({ err: error, kind: kind.name }, "a change in the cluster was not followed");
    }
  }

  async function recover(error: Error): Promise<void> {
    if (kind.isOptional && (isStatus(error, 403) || isStatus(error, 404))) {
      options.onListed();
      await pause(times.listMilliseconds, signal);
      return;
    }
    const isGone = isStatus(error, 410);
    if (isGone || failures >= mostFailures) version = undefined;
    if (!isGone) {
      log.debug({ err: error, kind: kind.name }, "the cluster cannot be read; it is tried again");
      if (failures > 0) options.onProblem(error.message);
    }
    await backOff(error instanceof ApiError ? error.retrySeconds : undefined);
  }

  async function backOff(leastSeconds = 0): Promise<void> {
    const { shortestPauseMilliseconds: shortest, longestPauseMilliseconds: longest } = times;
    const wait = Math.min(longest, shortest * 2 ** failures) * (0.5 + Math.random() / 2);
    failures += 1;
    await pause(Math.max(wait, leastSeconds * 1000), signal);
  }
}
