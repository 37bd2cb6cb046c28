import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "../support/wait.ts";

export interface Typed {
  /** of the command; undefined while it runs in the foreground, as a service does */
  code: number | undefined;
  /** what the terminal shows of it, with wrapped lines joined */
  shown: string;
}

export interface Terminal {
  /** Types a command, of one line or more; ends when the prompt is back or `goesOn` is shown. */
  type(command: string, goesOn?: RegExp): Promise<Typed>;
  /** where the prompt is */
  folder(): Promise<string>;
  /** Ctrl-C, until the prompt is back. */
  interrupt(): Promise<Typed>;
}

export interface User {
  home: string;
  /** Adds to a program what makes it run as this user. */
  as(program: string[]): { command: string; args: string[]; env: NodeJS.ProcessEnv };
}

/** A server of tmux, whose windows are terminals of 80 columns. */
export interface Terminals {
  open(name: string, folder: string): Promise<Terminal>;
  close(): void;
}

// The number of the command and the exit code of the one before.
const prompt = "PS1='[\\#:$?]$ ' PS2='> '";
const patience = { timeoutSeconds: 240, everyMilliseconds: 100 };

export function terminals(user: User): Terminals {
  const socket = join(user.home, ".tmux");
  const tmux = (...args: string[]) => user.as(["tmux", "-S", socket, "-f", "/dev/null", ...args]);
  const ask = async (...args: string[]) => {
    const { command, args: all, env } = tmux(...args);
    return (await promisify(execFile)(command, all, { env, cwd: user.home })).stdout;
  };
  const close = () => {
    const { command, args, env } = tmux("kill-server");
    try {
      execFileSync(command, args, { env, cwd: user.home, stdio: "ignore" });
    } catch {
      // There was none.
    }
  };
  // A server of tmux outlives the program that started it.
  process.on("exit", close);
  return {
    close,
    async open(name, start) {
      await ask(
        ...["set-option", "-g", "history-limit", "50000", ";", "new-session", "-d"],
        ...["-x", "80", "-y", "50", "-s", name, "-c", start, "bash --noprofile --norc -i"],
      );
      const screen = () => ask("capture-pane", "-p", "-J", "-S", "-", "-t", name);
      const keys = (...args: string[]) => ask("send-keys", "-t", name, ...args);
      const enter = async (line: string) => {
        if (line !== "") await keys("-l", line);
        await keys("Enter");
      };
      await enter(prompt);
      await until(async () => lastPrompt(await screen()), patience);
      const folder = async () =>
        (await ask("display-message", "-p", "-t", name, "#{pane_current_path}")).trim();
      return terminal({ screen, enter, folder, controlC: () => keys("C-c") });
    },
  };
}

interface Window {
  screen(): Promise<string>;
  enter(line: string): Promise<unknown>;
  folder(): Promise<string>;
  controlC(): Promise<unknown>;
}

function terminal({ screen, enter, folder, controlC }: Window): Terminal {
  let number = 0;
  const ended = async (goesOn?: RegExp): Promise<Typed | undefined> => {
    const all = await screen();
    const shown = all.slice(all.indexOf(`[${number}:`));
    const next = lastPrompt(all);
    if (next !== undefined && next.number > number) return { code: next.code, shown };
    return goesOn?.test(shown) ? { code: undefined, shown } : undefined;
  };
  const wait = (what: string, goesOn?: RegExp) =>
    until(() => ended(goesOn), { ...patience, what: `the end of ${what}` }).catch(async (error) => {
      throw new Error(`${(error as Error).message}\n${await screen()}`);
    });
  return {
    folder,
    async type(command, goesOn) {
      number = (await until(async () => lastPrompt(await screen()), patience)).number;
      for (const line of command.split("\n")) await enter(line);
      return wait(command, goesOn);
    },
    async interrupt() {
      await controlC();
      return wait("what Ctrl-C interrupts");
    },
  };
}

/** The prompt that waits for input. */
function lastPrompt(screen: string): { number: number; code: number } | undefined {
  const match = /(?:^|\n)\[(\d+):(\d+)\]\$\s*$/.exec(screen);
  return match ? { number: Number(match[1]), code: Number(match[2]) } : undefined;
}
