// Tells those who follow requests that one has changed. Notifications do so at once; since they may
// be lost, the requests of all followers are compared every few seconds, many in a statement, so
// that idle followers cost next to nothing.
import type { Logger } from "pino";
import type { Query } from "../../db/client.ts";
import type { Notifier } from "../../db/notifier.ts";
import { UnavailableError } from "../../errors.ts";
import { pause } from "../../time.ts";
import { visibleStates } from "./request-watch-store.ts";

export interface Follower {
  /** Resolves when the request may differ from this visible state, or the signal aborts. */
  changed(seen: string, signal: AbortSignal): Promise<void>;
  off(): void;
}

export interface RequestWatch {
  follow(id: string): Follower;
  close(): void;
}

const pollSeconds = 2;
const atOnce = 1000;

interface Followed {
  /** what its follower has seen, while it waits for something else */
  seen: string | undefined;
  isNotified: boolean;
  wake(): void;
}

export function openRequestWatch(query: Query, notifier: Notifier, log: Logger): RequestWatch {
  const followers = new Map<string, Set<Followed>>();
  const closing = new AbortController();
  let polling = false;

  function follow(id: string): Follower {
    const followed: Followed = { seen: undefined, isNotified: false, wake: () => undefined };
    const others = followers.get(id) ?? new Set();
    followers.set(id, others.add(followed));
    const offNotifier = notifier.on(`request:${id}`, () => notify(followed));
    if (!polling) void poll();
    return {
      changed: (seen, signal) => untilChanged(followed, seen, signal),
      off() {
        offNotifier();
        others.delete(followed);
        if (others.size === 0 && followers.get(id) === others) followers.delete(id);
      },
    };
  }

  async function poll(): Promise<void> {
    polling = true;
    while (followers.size > 0 && !closing.signal.aborted) {
      await pause(pollSeconds * 1000, closing.signal);
      const ids = [...followers.keys()];
      for (let from = 0; from < ids.length && !closing.signal.aborted; from += atOnce)
        await compare(ids.slice(from, from + atOnce));
    }
    polling = false;
  }

  async function compare(ids: string[]): Promise<void> {
    try {
      const rows = await visibleStates(query, ids);
      const now = new Map(rows.map(({ id, visible }) => [id, visible]));
      for (const id of ids) notifyChanged(followers.get(id) ?? [], now.get(id));
    } catch (error) {
      if (error instanceof UnavailableError) return;
      log.warn({ err: error }, "followed requests could not be compared; tried again");
    }
  }

  return { follow, close: () => closing.abort() };
}

function notifyChanged(followers: Iterable<Followed>, visible: string | undefined): void {
  for (const followed of followers)
    if (followed.seen !== undefined && followed.seen !== visible) notify(followed);
}

function notify(followed: Followed): void {
  followed.isNotified = true;
  followed.wake();
}

async function untilChanged(followed: Followed, seen: string, signal: AbortSignal): Promise<void> {
  if (!followed.isNotified && !signal.aborted) {
    followed.seen = seen;
    await new Promise<void>((resolve) => {
      followed.wake = resolve;
      signal.addEventListener("abort", followed.wake);
    });
    signal.removeEventListener("abort", followed.wake);
    followed.seen = undefined;
    followed.wake = () => undefined;
  }
  followed.isNotified = false;
}
