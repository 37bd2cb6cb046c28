// A program on a terminal of its own, as a person types into it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { until } from "./wait.ts";

export interface Terminal {
  type(text: string): void;
  /** everything shown so far */
  shown(): string;
  /** Waits until this is shown after what the last call found; returns what is shown up to it. */
  find(pattern: RegExp, seconds?: number): Promise<string>;
  /** Closes the window: the programs in it get SIGHUP. */
  close(): Promise<void>;
}

/** `script`, of every Debian, opens the terminal; `command` is a line of sh. */
export function openTerminal(
  command: string,
  { env, cwd }: { env: NodeJS.ProcessEnv; cwd: string },
): Terminal {
  const child: ChildProcess = spawn(
    "script",
    ["-qc", `stty cols 200; exec ${command}`, "/dev/null"],
    {
      env: { TERM: "xterm", ...env },
      cwd,
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  let shown = "";
  let from = 0;
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
  });
  return {
    type: (text) => void child.stdin?.write(text),
    shown: () => shown,
    find: (pattern, seconds = 10) =>
      until(
        () => {
          const rest = shown.slice(from);
          const found = pattern.exec(rest);
          if (!found) throw new Error(`${pattern} in ${JSON.stringify(rest)}`);
          from += found.index + found[0].length;
          return found[0];
        },
        { timeoutSeconds: seconds, what: String(pattern) },
      ),
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
