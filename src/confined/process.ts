import { spawn } from "node:child_process";
import { nodeProgram } from "../program.ts";
import { inWords } from "../system-problem.ts";
import { confined, type ProcessLimits } from "./launch.ts";

/** The first message of a confined program, once it has loaded. */
export const ready = "ready";

export interface ConfinedProcess {
  readonly pid: number;
  /** Resolves when the program has loaded, or has ended before. */
  readonly loaded: Promise<void>;
  /** false also if it ended before */
  hasLoaded(): boolean;
  /** how it ended; undefined while it runs */
  ended(): string | undefined;
  send(message: object): void;
  /** Kills it: it may be in the middle of anything. */
  stop(): void;
  /** Whether the program that started it waits for it to end. */
  hold(hold: boolean): void;
}

export interface ConfinedOptions<Message> {
  /** what it is called in sentences, such as "query process" */
  name: string;
  heapMegabytes: number;
  /** `dataMegabytes`: without what Node itself reserves */
  limits: ProcessLimits;
  environment: NodeJS.ProcessEnv;
  onMessage(message: Message): void;
  /** `memory`: it ended since its heap was full */
  onEnd(sentence: string, cause?: "memory"): void;
}

/**
 * Starts one of our modules as a process of its own, which can take down nothing else and can be
 * killed at any moment. The module calls `serveParent`.
 */
export function startConfined<Message extends object>(
  module: URL,
  { name, heapMegabytes, limits, environment, onMessage, onEnd }: ConfinedOptions<Message>,
): ConfinedProcess {
  const program = nodeProgram(module, [`--max-old-space-size=${heapMegabytes}`]);
  const { command, args } = confined(program, withNode(limits));
  // Its standard output stays closed: DuckDB's log can be told to write there
  const child = spawn(command, args, {
    env: environment,
    cwd: "/",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  let ended: string | undefined;
  let hasLoaded = false;
  let isLoaded: () => void = () => undefined;
  const loaded = new Promise<void>((resolve) => {
    isLoaded = resolve;
  });
  const end = (sentence: string, cause?: "memory") => {
    ended ??= sentence;
    isLoaded();
    onEnd(sentence, cause);
  };
  child.on("message", (message: typeof ready | Message) => {
    if (message === ready) {
      hasLoaded = true;
      isLoaded();
    } else if (typeof message === "object") onMessage(message);
  });
  child.on("error", (error) => end(`The ${name} could not be used: ${inWords(error)}.`));
  child.on("exit", (code, signal) => {
    const cause = signal === "SIGABRT" || signal === "SIGTRAP" ? "memory" : undefined;
    end(`The ${name} died (${signal ?? `exit code ${code}`}).`, cause);
  });
  return {
    pid: child.pid ?? 0,
    loaded,
    hasLoaded: () => hasLoaded,
    ended: () => ended,
    send: (message) =>
      void child.send(
        message,
        (error) => error && end(`The ${name} could not be asked: ${inWords(error)}.`),
      ),
    stop() {
      ended ??= `The ${name} was stopped.`;
      child.kill("SIGKILL");
    },
    hold(hold) {
      if (hold) child.ref();
      else child.unref();
      if (hold) child.channel?.ref();
      else child.channel?.unref();
    },
  };
}

/** Node 24 reserves 600 MB of private memory when it starts, and touches little of it. */
const nodeMegabytes = 768;

function withNode({ dataMegabytes, ...limits }: ProcessLimits): ProcessLimits {
  if (dataMegabytes === undefined) return limits;
  return { ...limits, dataMegabytes: dataMegabytes + nodeMegabytes };
}
