import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("./cleaner-program.ts", import.meta.url));

/**
 * A process in a session of its own that cleans the folder up once this process has ended, also
 * after SIGKILL. `stop` ends it without that.
 */
export async function startCleaner(folder: string): Promise<{ stop(): Promise<void> }> {
  const child = fork(program, {
    execArgv: ["--import", "tsx"],
    detached: true,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await once(child, "message");
  child.send(folder);
  return {
    async stop() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
