import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { moduleBeside, nodeProgram } from "../../../program.ts";
import { type QueryReply, type QueryRequest, ready } from "./messages.ts";
import { watchLimits } from "./watch-limits.ts";

export interface Bounds {
  seconds: number;
  /** of the whole process: what DuckDB may take, and Node around it */
  residentMegabytes: number;
  output?: { path: string; megabytes: number } | undefined;
  signal?: AbortSignal | undefined;
}

export interface QueryProcess {
  /** One question at a time. A process that broke a bound is killed; the answer says which. */
  ask(question: QueryRequest, bounds: Bounds): Promise<QueryReply>;
  isAlive(): boolean;
  stop(): void;
}

/** A process of its own, with an empty environment, that a stranger's query can only take down with itself. */
export function startQueryProcess(): QueryProcess {
  const { command, args } = nodeProgram(moduleBeside(import.meta.url, "./program"), [
    "--max-old-space-size=256",
  ]);
  // Its standard output stays closed: DuckDB's log can be told to write there
  const child = spawn(command, args, {
    env: {},
    cwd: tmpdir(),
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  let gone: string | undefined;
  let settle: ((answer: QueryReply) => void) | undefined;
  let started: () => void = () => undefined;
  const loaded = new Promise<void>((resolve) => {
    started = resolve;
  });
  const end = (message: string) => {
    gone ??= message;
    started();
    settle?.({ fault: { class: "internal", message } });
  };
  child.on("message", (said: QueryReply | typeof ready) =>
    said === ready ? started() : settle?.(said),
  );
  child.on("error", (error) => end(`The query process could not be used: ${error.message}.`));
  child.on("exit", (code, signal) =>
    end(`The query process died (${signal ?? `exit code ${code}`}).`),
  );
  holdParent(false);

  return { ask, isAlive: () => gone === undefined, stop };

  async function ask(question: QueryRequest, bounds: Bounds): Promise<QueryReply> {
    holdParent(true);
    // The time it takes to load is not the query's
    await loaded;
    if (gone !== undefined) return { fault: { class: "unavailable", message: gone } };
    const answered = new Promise<QueryReply>((resolve) => {
      settle = resolve;
    });
    const unwatch = watchLimits(child.pid ?? 0, bounds, (fault) => {
      stop();
      settle?.({ fault });
    });
    child.send(
      question,
      (error) => error && end(`The query process could not be asked: ${error.message}.`),
    );
    const answer = await answered;
    unwatch();
    settle = undefined;
    holdParent(false);
    return answer;
  }

  function stop(): void {
    gone ??= "The query process was stopped.";
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
