// Large bodies are read a few at a time, since each takes memory until its call has ended. Others
// wait unread. A sender that is slow gives up its place when another waits.
import { RequestError, UnavailableError } from "../../errors.ts";

export interface BodyPlace {
  /** Resolves once a body of this size may be read further. */
  take(bytes: number): Promise<void>;
  /** Calls back when the body took too long while another waits. Returns how to end that. */
  onOverdue(end: (error: RequestError) => void): () => void;
  release(): void;
}

export interface LargeBodies {
  place(): BodyPlace;
}

const megabyte = 1024 * 1024;

interface Holder {
  since: number;
  end: ((error: RequestError) => void) | undefined;
}

export function makeLargeBodies({
  mostAtOnce = 4,
  slowSeconds = 30,
  patienceSeconds = 60,
} = {}): LargeBodies {
  const holders = new Set<Holder>();
  const waiting = new Set<() => void>();

  function endSlow(): void {
    if (waiting.size === 0) return;
    const now = performance.now();
    for (const { since, end } of holders)
      if (now - since >= slowSeconds * 1000) end?.(tooSlow(slowSeconds));
  }

  function freed(): Promise<void> {
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
        reject(new UnavailableError("Too many large bodies are being read now.", 10));
      }, patienceSeconds * 1000);
      const checking = setInterval(endSlow, 1000);
      waiting.add(wake);
      endSlow();
    });
  }

  function place(): BodyPlace {
    const holder: Holder = { since: 0, end: undefined };
    return {
      async take(bytes) {
        if (bytes <= megabyte || holders.has(holder)) return;
        while (holders.size >= mostAtOnce) await freed();
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
        holders.delete(holder);
        const [next] = waiting;
        next?.();
      },
    };
  }
  return { place };
}

/** One for the process: memory is what they share. */
export const largeBodies = makeLargeBodies();

function tooSlow(seconds: number): RequestError {
  return new RequestError(
    408,
    "slow_body",
    `The body was not complete after ${seconds} seconds, and others wait to send theirs. ` +
      "Send it again, in smaller parts if the line is slow.",
  );
}
