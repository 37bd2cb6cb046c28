// A real service in a process of its own, as `longshore start` starts it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { readPostmaster } from "../../src/db/embedded/postmaster.ts";
import { freshDatabase } from "./database.ts";
import { temporaryFolder } from "./folder.ts";
import { heardAnswers, noteFolder, noteLog, noteSettings } from "./leaks/heard.ts";
import { program, programEnvironment } from "./program.ts";
import { until } from "./wait.ts";

export interface Service {
  url: string;
  /** the S3-compatible endpoint, where the ready line names one */
  s3Url: string | undefined;
  databaseUrl: string | undefined;
  dataDir: string;
  pid: number;
  /** everything printed so far */
  stdout(): string;
  stderr(): string;
  /** SIGTERM; returns the exit code */
  stop(): Promise<number | null>;
  /** SIGKILL: nothing is cleaned up */
  kill(): Promise<void>;
  /** SIGKILL for the service and its workers at the same moment */
  killGroup(): Promise<void>;
  /** The same settings, folder, database and ports again, after `stop` or `kill`. */
  again(more?: Record<string, string>): Promise<Service>;
  /** Kills what still runs and removes folder and database. */
  remove(): Promise<void>;
}

const living = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

/**
 * Any free port, a folder and a database of its own. `DATABASE_URL: ""` starts the embedded
 * Postgres instead. `node`: what Node is told to run.
 */
export async function startService(
  env: Record<string, string> = {},
  node: readonly string[] = program,
): Promise<Service> {
  const dataDir = env.DATA_DIR ?? temporaryFolder("service");
  const database = env.DATABASE_URL === undefined ? await freshDatabase() : undefined;
  const remove = async () => {
    stopEmbedded(dataDir);
    await database?.drop();
    await until(() => readPostmaster({ data: `${dataDir}/postgres/data` }) === undefined);
    if (env.DATA_DIR === undefined)
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  const defaults = {
    HOST: "127.0.0.1",
    DATA_DIR: dataDir,
    ...(database && { DATABASE_URL: database.url }),
  };
  return launch({ ...defaults, ...env }, remove, node);
}

async function launch(
  env: Record<string, string>,
  remove: () => Promise<void>,
  node: readonly string[],
): Promise<Service> {
  const process = startProcess(env, node);
  const { child, output } = process;
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const line = await until(() => readyLine(output.stdout) ?? (ended() ? "" : undefined), {
    timeoutSeconds: 90,
    what: "the ready line",
  }).catch((error: Error) => {
    child.kill("SIGKILL");
    throw new Error(`${error.message}\n${output.stderr}`);
  });
  if (line === "")
    throw new Error(
      `The service ended with ${child.exitCode ?? child.signalCode} before it was ` +
        `ready:\n${output.stdout}${output.stderr}`,
    );
  child.once("exit", (code, signal) => {
    const wasKilled = signal === "SIGKILL" || signal === "SIGTERM";
    if (code !== 0 && !wasKilled)
      console.error(`A service ended with ${code ?? signal}:\n${output.stderr.slice(-4_000)}`);
  });
  noteFolder(env.DATA_DIR ?? "");
  const urls = line.match(/https?:\/\/[^\s,)]+/g) ?? [];
  const finish = async (signal: NodeJS.Signals) => {
    if (!ended()) {
      child.kill(signal);
      await once(child, "exit");
    }
    return child.exitCode;
  };
  const url = urls[0] ?? "";
  const ports = { PORT: new URL(url).port, ...(urls[1] && { S3_PORT: new URL(urls[1]).port }) };
  return {
    url,
    s3Url: urls[1],
    databaseUrl: env.DATABASE_URL || undefined,
    dataDir: env.DATA_DIR ?? "",
    pid: child.pid ?? 0,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    stop: () => finish("SIGTERM"),
    kill: async () => void (await finish("SIGKILL")),
    async killGroup() {
      const exit = once(child, "exit");
      // A negative number is the id of a group, which is that of the process that leads it.
      globalThis.process.kill(-(child.pid ?? 0), "SIGKILL");
      await exit;
    },
    again: (more = {}) => launch({ ...env, ...ports, ...more }, remove, node),
    remove: async () => {
      await finish("SIGKILL");
      await remove();
    },
  };
}

/**
 * For starts that are refused: the process and what it prints, without waiting for the ready line.
 * It listens on free ports: a service of whoever runs the tests may have the default ones.
 */
export function startProcess(
  env: Record<string, string>,
  node: readonly string[] = program,
): { child: ChildProcess; output: { stdout: string; stderr: string } } {
  const child = spawn(process.execPath, [...heardAnswers(), ...node, "start"], {
    env: { ...programEnvironment(), PORT: "0", S3_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // It leads a group of its own
    detached: true,
  });
  living.add(child);
  child.once("exit", () => living.delete(child));
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  noteSettings(env);
  noteLog("what a service printed", () => output.stdout + output.stderr);
  return { child, output };
}

function readyLine(text: string): string | undefined {
  return text
    .split("\n")
    .find((line, at, lines) => line.startsWith("Longshore is ready at ") && at < lines.length - 1);
}

/** The embedded Postgres outlives a killed service; the next start would use it. */
function stopEmbedded(dataDir: string): void {
  const postmaster = readPostmaster({ data: `${dataDir}/postgres/data` });
  if (postmaster !== undefined) process.kill(postmaster.pid, "SIGINT");
}
