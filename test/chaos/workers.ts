import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeze, thaw } from "./processes.ts";
import type { WorkerOrders } from "./worker/reports.ts";

const program = fileURLToPath(new URL("./worker/program.ts", import.meta.url));

export interface Workers {
  /** paths of the journals of all that ever ran */
  journals(): string[];
  /** names of those that were killed or frozen: their tasks may be lost */
  away(): ReadonlySet<string>;
  /** kill -9; another one takes its place under a new name */
  kill(index: number): Promise<void>;
  freeze(index: number): void;
  thaw(index: number): void;
  stop(): Promise<void>;
}

export interface WorkersOptions extends Omit<WorkerOrders, "name" | "journal"> {
  count: number;
  folder: string;
}

/** Bad workers as processes; they end with this process. */
export function startWorkers({ count, folder, seed, ...orders }: WorkersOptions): Workers {
  const journals: string[] = [];
  const away = new Set<string>();
  const running = Array.from({ length: count }, start);
  let stopped = false;

  function start(): { name: string; child: ChildProcess } {
    const name = `bad-${journals.length + 1}`;
    const journal = join(folder, name);
    journals.push(journal);
    const own: WorkerOrders = { ...orders, name, journal, seed: seed * 1000 + journals.length };
    const child = fork(program, [JSON.stringify(own)], {
      execArgv: ["--import", "tsx"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    return { name, child };
  }

  const at = (index: number) => running[index % count] as (typeof running)[number];
  const end = async ({ child }: { child: ChildProcess }) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return {
    journals: () => journals,
    away: () => away,
    async kill(index) {
      away.add(at(index).name);
      await end(at(index));
      if (!stopped) running[index % count] = start();
    },
    freeze(index) {
      away.add(at(index).name);
      freeze(at(index).child.pid ?? 0);
    },
    thaw: (index) => thaw(at(index).child.pid ?? 0),
    async stop() {
      stopped = true;
      await Promise.all(running.map(end));
    },
  };
}
