// Ctrl-C, a closed terminal, and whatever else ends `npm test` in the middle.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { childEnvironment } from "../../src/config.ts";
import { commandOf } from "../../src/live-process.ts";
import { tree } from "../bench/processes.ts";
import { cleanUp } from "../support/clean-up.ts";
import { temporaryFolder } from "../support/folder.ts";
import { describeLeft, processesOf } from "../support/left.ts";
import { until } from "../support/wait.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const longest = 600_000;

let temporary: string;
beforeEach(() => {
  temporary = temporaryFolder("interrupted");
});
afterEach(() => cleanUp(temporary));

test.each<[string, (npm: number) => void]>([
  ["Ctrl-C", (npm) => process.kill(-npm, "SIGINT")],
  ["SIGTERM", (npm) => process.kill(-npm, "SIGTERM")],
  ["a closed terminal", (npm) => process.kill(-npm, "SIGHUP")],
  ["SIGKILL of the runner", (npm) => process.kill(runnerBelow(npm), "SIGKILL")],
])(
  "%s during `npm test` leaves no Postgres, no other process and no folder",
  async (_, interrupt) => {
    // A service with a Postgres of its own
    const one = ["test/surroundings/start-stop.test.ts", "-t", "whose terminal is closed"];
    const tests = startNpm("test", "--", ...one);
    await seen(tests, /postgres .*\/longshore-start-stop-/);
    const [service = ""] = await seen(tests, /\S*\.built-\w+\/client\/cli\/main\.js start/);
    const [built = ""] = service.split("/client/");
    expect(existsSync(built)).toBe(true);
    interrupt(tests.pid);
    expect(await tests.ended).not.toEqual([0, null]);
    await nothingLeft();
    await until(() => !existsSync(built), { what: `${built} to be removed` });
  },
  longest,
);

test(
  "SIGKILL of `npm run mutants` and all in its group leaves nothing either",
  async () => {
    const mutants = startNpm("run", "mutants", "--", "a request ends while files are open");
    await seen(mutants, /postgres .*\/longshore-databases-/);
    await seen(mutants, /vitest\.mjs run .*mutant-report\.json/);
    process.kill(-mutants.pid, "SIGKILL");
    await mutants.ended;
    await nothingLeft();
  },
  longest,
);

interface Npm {
  pid: number;
  /** exit code and signal */
  ended: Promise<unknown[]>;
  printed(): string;
}

/** In a session of its own, as in a terminal, and with no folder but that of the test. */
function startNpm(...args: string[]): Npm {
  const child: ChildProcess = spawn("npm", args, {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    // npm keeps the modules it has compiled in TMPDIR.
    env: { ...childEnvironment(), TMPDIR: temporary, NODE_DISABLE_COMPILE_CACHE: "1" },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  return { pid: child.pid ?? 0, ended: once(child, "exit"), printed: () => printed };
}

/** What this matches of the command of a process of the run, as soon as there is one. */
function seen({ printed }: Npm, pattern: RegExp): Promise<RegExpExecArray> {
  const look = () =>
    processesOf(temporary)
      .map((pid) => pattern.exec(commandOf(pid) ?? ""))
      .find((match) => match !== null);
  return until(look, { timeoutSeconds: 240, what: String(pattern) }).catch((error: Error) => {
    throw new Error(`${error.message}\n${printed()}`);
  });
}

function runnerBelow(npm: number): number {
  const isRunner = (pid: number) => /^\S*node\S* \S+\/vitest run/.test(commandOf(pid) ?? "");
  const runner = tree(npm).find(isRunner);
  if (runner === undefined) throw new Error("vitest does not run.");
  return runner;
}

async function nothingLeft(): Promise<void> {
  const look = () => {
    // The cache of tsx, which starts the mutants, is not of the run.
    const files = readdirSync(temporary).filter((name) => !name.startsWith("tsx-"));
    const left = [...describeLeft(temporary), ...files];
    if (left.length > 0) throw new Error(left.join("\n"));
    return true;
  };
  await until(look, { what: "nothing to be left" });
}
