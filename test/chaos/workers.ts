import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("./worker.ts", import.meta.url));

export interface Workers {
  /** the senders' logs of what was acknowledged */
  logs(): string[];
  /** kill -9 of one; another takes its place under a new name */
  killOne(index: number): Promise<void>;
  stop(): Promise<void>;
}

/** Bad workers as processes; they end with this process. */
export function startWorkers({
  url,
  count,
  seed,
  folder,
}: {
  url: string;
  count: number;
  seed: number;
  folder: string;
}): Workers {
  const logs: string[] = [];
  let made = 0;
  const start = (): ChildProcess => {
    const name = `bad-${++made}`;
    const log = join(folder, `${name}.log`);
    logs.push(log);
    return fork(program, [url, name, String(seed * 1000 + made), log], {
      execArgv: ["--import", "tsx"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  };
  const children = Array.from({ length: count }, start);
  const kill = async (child: ChildProcess) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return {
    logs: () => logs,
    async killOne(index) {
      const at = index % children.length;
      await kill(children[at] as ChildProcess);
      children[at] = start();
    },
    async stop() {
      await Promise.all(children.map(kill));
    },
  };
}
