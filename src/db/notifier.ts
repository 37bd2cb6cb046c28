import { EventEmitter } from "node:events";
import pg from "pg";
import type { Logger } from "pino";
import { connectionTo } from "./connection.ts";
import { endConnection } from "./end-connection.ts";

/**
 * Tells waiting code that something has changed. A lost notification costs time but no data, since
 * everything that waits also polls.
 */
export interface Notifier {
  notify(channel: string): void;
  on(channel: string, listener: () => void): () => void;
  /** Listens to all channels that begin with `prefix`. */
  onPrefix(prefix: string, listener: (channel: string) => void): () => void;
  /** Resolves with true at a notification, false after the time or when the signal aborts. */
  wait(channel: string, seconds: number, signal?: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

const throttleMilliseconds = 50;
/** May be repeated, which shows that the other end still responds. */
const listenSql = "LISTEN longshore";
const pingMilliseconds = 10_000;
const answerMilliseconds = 10_000;

/**
 * Notifies listeners in this process at once, and other processes at most every 50 ms per channel
 * (NOTIFY takes a lock at commit).
 */
export function openNotifier(url: string, pool: pg.Pool, log: Logger): Notifier {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  const self = Math.random().toString(36).slice(2);
  const prefixes = new Set<{ prefix: string; listener: (channel: string) => void }>();
  const pending = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let client: pg.Client | undefined;
  let closed = false;

  async function listen(): Promise<void> {
    while (!closed) {
      const next = new pg.Client({
        ...connectionTo(url, "longshore notifier"),
        query_timeout: answerMilliseconds,
      });
      next.on("error", () => undefined);
      let pings: NodeJS.Timeout | undefined;
      try {
        await next.connect();
        await next.query(listenSql);
        client = next;
        await new Promise<void>((resolve) => {
          next.on("notification", ({ payload }) => receive(payload ?? ""));
          next.on("error", () => resolve());
          next.on("end", () => resolve());
          // A connection that only listens does not notice that nobody is at the other end.
          pings = setInterval(() => next.query(listenSql).catch(() => resolve()), pingMilliseconds);
        });
      } catch (error) {
        log.debug({ err: error }, "the notifier is not connected; everything polls meanwhile");
      }
      client = undefined;
      clearInterval(pings);
      await endConnection(next);
      if (!closed) await new Promise((resolve) => setTimeout(resolve, 500).unref());
    }
  }

  function receive(payload: string): void {
    const [from, ...channels] = payload.split("\n");
    if (from !== self) for (const channel of channels) emit(channel);
  }

  function emit(channel: string): void {
    emitter.emit(`:${channel}`);
    for (const { prefix, listener } of prefixes) if (channel.startsWith(prefix)) listener(channel);
  }

  function flush(): void {
    timer = undefined;
    const channels = [...pending];
    pending.clear();
    // A NOTIFY payload must be shorter than 8,000 bytes.
    for (let start = 0; start < channels.length; start += 80) {
      const payload = [self, ...channels.slice(start, start + 80)].join("\n");
      pool
        .query("SELECT pg_notify('longshore', $1)", [payload])
        .catch((error: Error) => log.debug({ err: error }, "a notification was lost"));
    }
  }

  function notify(channel: string): void {
    emit(channel);
    pending.add(channel);
    if (!closed) timer ??= setTimeout(flush, throttleMilliseconds).unref();
  }

  function on(channel: string, listener: () => void): () => void {
    emitter.on(`:${channel}`, listener);
    return () => emitter.off(`:${channel}`, listener);
  }

  function onPrefix(prefix: string, listener: (channel: string) => void): () => void {
    const entry = { prefix, listener };
    prefixes.add(entry);
    return () => prefixes.delete(entry);
  }

  function wait(channel: string, seconds: number, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (notified: boolean) => {
        clearTimeout(clock);
        off();
        signal?.removeEventListener("abort", onAbort);
        resolve(notified);
      };
      const onAbort = () => end(false);
      const off = on(channel, () => end(true));
      const clock = setTimeout(() => end(false), seconds * 1000);
      signal?.addEventListener("abort", onAbort);
      if (signal?.aborted) end(false);
    });
  }

  const listening = listen();
  async function close(): Promise<void> {
    closed = true;
    clearTimeout(timer);
    if (client) await endConnection(client);
    await Promise.race([listening, new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
  }

  return { notify, on, onPrefix, wait, close };
}
