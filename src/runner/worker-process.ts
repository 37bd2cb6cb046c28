import { spawn } from "node:child_process";
import { once } from "node:events";
import { moduleBeside, nodeProgram } from "../program.ts";
import type { StartLine } from "../worker/main.ts";

export interface WorkerProcess {
  readonly name: string;
  isReady(): boolean;
  /** since it was ready; 0 before */
  livedMilliseconds(): number;
  /** Takes no more work, finishes what is in hand and ends. */
  retire(): void;
  /** Asks, then kills; resolves when it is gone. */
  stop(): Promise<void>;
}

const graceMilliseconds = 8000;
const outputKept = 2000;

/** One worker, told its options over its standard input, which it outlives by no moment. */
export function startWorkerProcess(
  line: StartLine,
  environment: NodeJS.ProcessEnv,
  onExit: (code: number | null, lastWords: string) => void,
): WorkerProcess {
  const { command, args } = nodeProgram(moduleBeside(import.meta.url, "../worker/main"), [
    "--max-semi-space-size=2",
  ]);
  // Its name is there for people who look at the list of processes
  const child = spawn(command, [...args, line.name], {
    env: environment,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let readyAt: number | undefined;
  let gone = false;
  let output = "";
  child.stdout.once("data", () => {
    readyAt = Date.now();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-outputKept);
    process.stderr.write(chunk);
  });
  const exited = once(child, "close");
  const end = (code: number | null, why: string) => {
    if (gone) return;
    gone = true;
    onExit(code, why);
  };
  child.on("exit", (code, signal) =>
    end(code, signal ? `It was ended by ${signal}.` : lastLine(output)),
  );
  child.on("error", (error) => end(null, error.message));
  // A worker that died already takes no line; its exit says so
  child.stdin.on("error", () => undefined);
  child.stdin.write(`${JSON.stringify(line)}\n`);

  return {
    name: line.name,
    isReady: () => readyAt !== undefined,
    livedMilliseconds: () => (readyAt === undefined ? 0 : Date.now() - readyAt),
    retire: () => void child.stdin.write("retire\n"),
    async stop() {
      if (gone) return;
      child.kill("SIGTERM");
      const killTimer = setTimeout(() => child.kill("SIGKILL"), graceMilliseconds);
      await exited;
      clearTimeout(killTimer);
    },
  };
}

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1) ?? "";
}
