import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "../../src/config.ts";
import { temporaryFolder } from "../support/folder.ts";
import { makeDatabase } from "./database.ts";

export interface BenchService {
  url: string;
  databaseUrl: string;
  dataDir: string;
  pid: number;
  /** bytes of memory in use by the process */
  memory(): number;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL("../../dist/client/cli/main.js", import.meta.url));

/** The built service in a process of its own, on a fresh database without statistics. */
export async function startBenchService(databaseServer: string, env: Record<string, string> = {}): Promise<BenchService> {
  const database = await makeDatabase(databaseServer);
  const dataDir = temporaryFolder("bench");
  const child: ChildProcess = spawn(process.execPath, [program, "start"], {
    env: {
      ...childEnvironment(),
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      PORT: "0",
      S3_PORT: "0",
      RUNNER: "external",
      OPERATIONS: "noop,transform",
      LOG_LEVEL: "warn",
      LEASE_SECONDS: "600",
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await readyUrl(child);
  return {
    url,
    databaseUrl: database.url,
    dataDir,
    pid: child.pid ?? 0,
    memory: () => memoryOf(child.pid ?? 0),
    async stop() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export function memoryOf(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

async function readyUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("The service has no output.");
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^Longshore is ready at ([^\s,]+)/.exec(line) ?? [];
    if (url) return url;
  }
  throw new Error("The service ended before it was ready.");
}
