import { spawn } from "node:child_process";
import { moduleBeside, nodeProgram } from "../../../program.ts";
import {
  type Bounds,
  type Phase,
  type ProcessMessage,
  type QueryReply,
  type QueryRequest,
  ready,
} from "./messages.ts";
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
export function startQueryProcess(): QueryProcess {
  const { command, args } = nodeProgram(moduleBeside(import.meta.url, "./program"), [
    "--max-old-space-size=256",
  ]);
  // Its standard output stays closed: DuckDB's log can be told to write there
  const child = spawn(command, args, {
    env: { TZ: "UTC" },
    cwd: "/",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  let ended: string | undefined;
  let settle: ((reply: ProcessReply) => void) | undefined;
  let watch: LimitWatch | undefined;
  let started: () => void = () => undefined;
  const loaded = new Promise<void>((resolve) => {
    started = resolve;
  });
  const end = (message: string) => {
    ended ??= message;
    started();
    settle?.({ failure: { class: "internal", message } });
  };
  child.on("message", (message: ProcessMessage) => {
    if (message === ready) started();
    else if ("phase" in message) watch?.enter(message.phase);
    else settle?.(message);
  });
  child.on("error", (error) => end(`The query process could not be used: ${error.message}.`));
  child.on("exit", (code, signal) =>
    end(`The query process died (${signal ?? `exit code ${code}`}).`),
  );
  holdParent(false);

  return { ask, isAlive: () => ended === undefined, stop };

  async function ask(request: QueryRequest, bounds: Bounds): Promise<ProcessReply> {
    holdParent(true);
    // The time it takes to load is not the query's
    await loaded;
    if (ended !== undefined) return { failure: { class: "unavailable", message: ended } };
    const replied = new Promise<ProcessReply>((resolve) => {
      settle = resolve;
    });
    watch = watchLimits(child.pid ?? 0, bounds, (failure, exceededIn) => {
      stop();
      settle?.({ failure, exceededIn });
    });
    child.send(
      request,
      (error) => error && end(`The query process could not be asked: ${error.message}.`),
    );
    const reply = await replied;
    watch.stop();
    watch = undefined;
    settle = undefined;
    holdParent(false);
    return reply;
  }

  function stop(): void {
    ended ??= "The query process was stopped.";
    child.kill("SIGKILL");
  }

  /** An idle query process must not keep the program that started it from ending. */
  function holdParent(hold: boolean): void {
    if (hold) child.ref();
    else child.unref();
    if (hold) child.channel?.ref();
    else child.channel?.unref();
  }
}
