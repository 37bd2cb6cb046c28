import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { moduleBeside, nodeProgram } from "../program.ts";
import { inWords } from "../system-problem.ts";
import type { StartLine } from "../worker/main.ts";
import { endOf } from "./last-words.ts";
import { type SilenceWatch, watchSilence } from "./watch-silence.ts";

export interface WorkerProcess {
  readonly name: string;
  isReady(): boolean;
  /** since it was ready; 0 before */
  livedMilliseconds(): number;
  /** the end of what it wrote to standard error, at most `bytes` */
  lastWords(bytes: number): string;
  /** Tells it to claim no more, finish its work and end. */
  retire(): void;
  /** Asks it to end, kills it after a grace time, and resolves when it has ended. */
  stop(): Promise<void>;
}

export interface WorkerEvents {
  onReady(): void;
  /** `code` is null for a worker that was killed by a signal or could not be started */
  onExit(exit: { code: number | null; sentence: string }): void;
}

const graceMilliseconds = 8000;
const lastOutputMilliseconds = 200;
const outputBytesKept = 16_384;

export interface WorkerLimits {
  environment: NodeJS.ProcessEnv;
  /** A worker that is ready is killed if it does not respond for so long. */
  silentSeconds: number;
  /** A worker that is not ready by then is killed. */
  startSeconds: number;
}

/** Starts one worker. It reads its options from standard input, and ends when that closes. */
export function startWorkerProcess(
  line: StartLine,
  { environment, silentSeconds, startSeconds }: WorkerLimits,
  { onReady, onExit }: WorkerEvents,
): WorkerProcess {
  const { command, args } = nodeProgram(moduleBeside(import.meta.url, "../worker/main"), [
    "--max-semi-space-size=2",
  ]);
  // The name is an argument so that people can read it in the list of processes.
  const child = startChild(command, [...args, line.name], environment);
  if (child instanceof Promise) return notStarted(line.name, child, onExit);
  let readyAt: number | undefined;
  let ended = false;
  let output = Buffer.alloc(0);
  let whyKilled: string | undefined;
  const watch = (seconds: number, sentence: string, ping: () => void): SilenceWatch =>
    watchSilence(seconds, {
      ping,
      onSilent() {
        whyKilled = `it was killed, since ${sentence} ${seconds} seconds`;
        child.kill("SIGKILL");
      },
    });
  let silence = watch(startSeconds, "it was not ready after", () => undefined);
  child.stdout.on("data", () => {
    silence.onAnswer();
    if (readyAt !== undefined) return;
    readyAt = Date.now();
    silence.stop();
    silence = watch(silentSeconds, "it did not respond for", () => {
      child.stdin.write("ping\n");
    });
    onReady();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output = Buffer.concat([output, chunk]).subarray(-outputBytesKept);
    process.stderr.write(chunk);
  });
  const exited = once(child, "close");
  const end = (code: number | null, sentence: string) => {
    if (ended) return;
    ended = true;
    silence.stop();
    onExit({ code, sentence: whyKilled ?? sentence });
  };
  const onEnd = (code: number | null, signal: NodeJS.Signals | null) =>
    end(code, signal ? `ended by ${signal}` : lastLine(output.toString()));
  child.on("close", onEnd);
  // "close" usually follows at once with the last output, unless a grandchild holds the pipe open.
  child.on("exit", (code, signal) => setTimeout(onEnd, lastOutputMilliseconds, code, signal));
  // Writing to a worker that has already died fails; its exit is reported anyway.
  child.stdin.on("error", () => undefined);
  child.stdin.write(`${JSON.stringify(line)}\n`);

  return {
    name: line.name,
    isReady: () => readyAt !== undefined,
    livedMilliseconds: () => (readyAt === undefined ? 0 : Date.now() - readyAt),
    lastWords: (bytes) => endOf(output, bytes),
    retire: () => void child.stdin.write("retire\n"),
    async stop() {
      if (ended) return;
      child.kill("SIGTERM");
      const killTimer = setTimeout(() => child.kill("SIGKILL"), graceMilliseconds);
      await exited;
      clearTimeout(killTimer);
    },
  };
}

/**
 * The process, or why there is none: at the system's limits `spawn` throws, or returns a child
 * without a number, in some cases without pipes, too.
 */
function startChild(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): ChildProcessWithoutNullStreams | Promise<Error> {
  try {
    const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    if (child.pid !== undefined) return child;
    return new Promise((resolve) => child.once("error", resolve));
  } catch (error) {
    return Promise.resolve(error as Error);
  }
}

function notStarted(
  name: string,
  why: Promise<Error>,
  onExit: WorkerEvents["onExit"],
): WorkerProcess {
  const ended = why.then((error) => onExit({ code: null, sentence: inWords(error) }));
  return {
    name,
    isReady: () => false,
    livedMilliseconds: () => 0,
    lastWords: () => "",
    retire: () => undefined,
    stop: () => ended,
  };
}

/** The reason in the last line, which is JSON if the worker's log wrote it. */
function lastLine(output: string): string {
  const line = output.trim().split("\n").at(-1) ?? "";
  try {
    const { err, msg } = JSON.parse(line) as { err?: { message?: string }; msg?: string };
    return err?.message ?? msg ?? line;
  } catch (error) {
    if (error instanceof SyntaxError) return line;
    throw error;
  }
}
