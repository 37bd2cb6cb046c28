// A service for an example, in a folder that is removed with it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "../../src/config.ts";

const program = fileURLToPath(new URL("../../dist/client/cli/main.js", import.meta.url));

/** Starts it, calls `use`, and stops it whatever happens. `env`: more settings. */
export async function withService(
  env: Record<string, string>,
  use: (service: { url: string; folder: string }) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "longshore-example-"));
  // As root the database runs under another account, which must be able to pass through.
  chmodSync(folder, 0o711);
  let service: ChildProcess | undefined;
  try {
    say("Starting a throwaway service …");
    service = start(join(folder, "data"), env);
    await use({ url: await readyUrl(service), folder });
  } finally {
    if (service && service.exitCode === null) {
      service.kill("SIGTERM");
      await once(service, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
    say("The service is stopped and its folder removed.");
  }
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function start(dataDir: string, env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [program, "start"], {
    env: {
      ...childEnvironment(),
      DATA_DIR: dataDir,
      PORT: "0",
      S3_PORT: "0",
      LOG_LEVEL: "warn",
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function readyUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("The service has no output.");
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^Longshore is ready at ([^\s,]+)/.exec(line) ?? [];
    if (url) return url;
  }
  throw new Error("The service ended before it was ready; what it said stands above.");
}
