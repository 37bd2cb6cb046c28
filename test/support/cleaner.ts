import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { fileURLToPath, pathToFileURL } from "node:url";
import { childEnvironment } from "../../src/config.ts";

const program = fileURLToPath(new URL("./cleaner-program.ts", import.meta.url));
const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

export interface Cleaner {
  /** One more folder, which need not be there yet. */
  add(folder: string): void;
  /** Ends it without cleaning up. */
  stop(): Promise<void>;
}

/**
 * A process in a session of its own that cleans up once this process has ended, also after SIGKILL:
 * it ends what has to do with the folder, and removes it.
 */
export async function startCleaner(folder: string): Promise<Cleaner> {
  // Nothing of it names a folder of a run: the cleaner of a run around this one would end it.
  const { TMPDIR: _, ...env } = childEnvironment();
  const child = spawn(process.execPath, ["--import", loader, program], {
    cwd: "/",
    env: { ...env, TSX_DISABLE_CACHE: "1" },
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const add = (path: string) => void child.stdin.write(`${path}\n`);
  // At once: it reads that even if this process is killed before it runs.
  add(folder);
  await Promise.race([once(child.stdout, "data"), once(child, "exit").then(refuse)]);
  // This process may end while it runs.
  child.unref();
  for (const stream of [child.stdin, child.stdout]) (stream as Socket).unref();
  return {
    add,
    async stop() {
      child.ref();
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

function refuse([code, signal]: unknown[]): never {
  throw new Error(`The program that cleans up after a run ended with ${code ?? signal}.`);
}
