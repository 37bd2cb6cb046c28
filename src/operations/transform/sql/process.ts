import type { ProcessLimits } from "../../../confined/launch.ts";
import { startConfined } from "../../../confined/process.ts";
import { moduleBeside } from "../../../program.ts";
import { noProgramClass } from "../../contract.ts";
import type { Bounds, Phase, ProcessMessage, QueryReply, QueryRequest } from "./messages.ts";
import { type LimitWatch, watchLimits } from "./watch-limits.ts";

export interface ProcessReply extends QueryReply {
  /** the phase in which a limit was exceeded */
  exceededIn?: Phase;
}

export interface QueryProcess {
  /** One request at a time. A process that exceeds a limit is killed; the reply says which. */
  ask(request: QueryRequest, bounds: Bounds): Promise<ProcessReply>;
  isAlive(): boolean;
  stop(): void;
}

/**
 * A process of its own with nothing of our environment: a user's query can take down nothing else,
 * and times are UTC.
 */
export function startQueryProcess(bounds: Bounds): QueryProcess {
  let settle: ((reply: ProcessReply) => void) | undefined;
  let watch: LimitWatch | undefined;
  const child = startConfined<ProcessMessage>(moduleBeside(import.meta.url, "./program"), {
    name: "query process",
    heapMegabytes: 256,
    limits: limitsOf(bounds),
    environment: { TZ: "UTC" },
    onMessage(message) {
      if ("phase" in message) watch?.enter(message.phase);
      else settle?.(message);
    },
    onEnd: (message, cause) => settle?.({ failure: { class: cause ?? "internal", message } }),
  });
  child.hold(false);

  return { ask, isAlive: () => child.ended() === undefined, stop: child.stop };

  async function ask(request: QueryRequest, bounds: Bounds): Promise<ProcessReply> {
    child.hold(true);
    // The time it takes to load is not the query's
    await child.loaded;
    const ended = child.ended();
    if (ended !== undefined)
      return {
        failure: { class: child.hasLoaded() ? "unavailable" : noProgramClass, message: ended },
      };
    const replied = new Promise<ProcessReply>((resolve) => {
      settle = resolve;
    });
    watch = watchLimits(child.pid, bounds, (failure, exceededIn) => {
      child.stop();
      settle?.({ failure, exceededIn });
    });
    child.send(request);
    const reply = await replied;
    watch.stop();
    watch = undefined;
    settle = undefined;
    child.hold(false);
    return reply;
  }
}

/**
 * The kernel's limits stand behind those that are watched: they also hold when nothing watches, so
 * they are wider. A process is kept for later queries and has no limit of processor time.
 */
function limitsOf({ residentMegabytes, output }: Bounds): ProcessLimits {
  return {
    fileMegabytes: (output?.megabytes ?? 0) + 16,
    // After some files, DuckDB has reserved 1,000 MB, most of which it never touches
    dataMegabytes: residentMegabytes * 1.25 + 1280,
  };
}
