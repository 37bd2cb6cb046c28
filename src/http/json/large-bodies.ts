// Only a few large bodies are read at once: until its call ends, each takes memory of several times
// its size. Other bodies wait and are not read. A slow sender loses its place when another waits.
import { RequestError, UnavailableError } from "../../errors.ts";

export interface BodyPlace {
  /** Resolves when a body that has this size, and may grow to `most`, may be read further. */
  take(bytes: number, most: number): Promise<void>;
  /** Calls `end` if the body is too slow while another waits. Returns a function to stop that. */
  onOverdue(end: (error: RequestError) => void): () => void;
  release(): void;
}

export interface LargeBodies {
  place(): BodyPlace;
}

const megabyte = 1024 * 1024;

interface Holder {
  bytes: number;
  since: number;
  end: ((error: RequestError) => void) | undefined;
}

export function makeLargeBodies({
  mostAtOnce = 4,
  mostBytes = 128 * megabyte,
  slowSeconds = 30,
  patienceSeconds = 60,
  tooMany = "Too many large bodies are being read now.",
} = {}): LargeBodies {
  const holders = new Set<Holder>();
  const waiting = new Set<() => void>();

  function fits(bytes: number): boolean {
    const held = [...holders].reduce((sum, holder) => sum + holder.bytes, 0);
    return holders.size === 0 || (holders.size < mostAtOnce && held + bytes <= mostBytes);
  }

  function endSlow(): void {
    if (waiting.size === 0) return;
    const now = performance.now();
    for (const { since, end } of holders)
      if (now - since >= slowSeconds * 1000) end?.(tooSlow(slowSeconds));
  }

  function freed(milliseconds: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearInterval(checking);
        clearTimeout(clock);
        waiting.delete(wake);
      };
      const wake = () => {
        stop();
        resolve();
      };
      const clock = setTimeout(() => {
        stop();
        reject(new UnavailableError(tooMany, 10));
      }, milliseconds);
      const checking = setInterval(endSlow, 1000);
      waiting.add(wake);
      endSlow();
    });
  }

  function place(): BodyPlace {
    const holder: Holder = { bytes: 0, since: 0, end: undefined };
    return {
      async take(bytes, most) {
        if (bytes <= megabyte || holders.has(holder)) return;
        const until = performance.now() + patienceSeconds * 1000;
        while (!fits(most)) await freed(Math.max(0, until - performance.now()));
        holder.bytes = most;
        holder.since = performance.now();
        holders.add(holder);
      },
      onOverdue(end) {
        holder.end = end;
        return () => {
          holder.end = undefined;
        };
      },
      release() {
        if (!holders.delete(holder)) return;
        for (const next of [...waiting]) next();
      },
    };
  }
  return { place };
}

/** One for the process, whose memory all bodies share. */
export const largeBodies = makeLargeBodies();

function tooSlow(seconds: number): RequestError {
  return new RequestError(
    408,
    "slow_body",
    `The body was not complete after ${seconds} seconds, and others wait to send theirs. ` +
      "Send it again, in smaller parts if the connection is slow.",
  );
}
