import { existsSync, readdirSync, readFileSync } from "node:fs";
import { folderOf } from "../../src/live-process.ts";

/**
 * Processes of this machine that run a program of ours, by the end of its path without its
 * extension; `name` is the last argument.
 */
export function processes(what: string): { pid: number; name: string; parent: number }[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry) || !existsSync(`/proc/${entry}/cmdline`)) return [];
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
      const parent = Number(
        /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${entry}/status`, "utf8"))?.[1],
      );
      return command.some((word) => word.replace(/\.[jt]s$/, "").endsWith(what))
        ? [{ pid: Number(entry), name: command.at(-2) ?? "", parent }]
        : [];
    } catch (error) {
      // It ended while it was looked at
      if (error instanceof Error && /ENOENT|ESRCH/.test(error.message)) return [];
      throw error;
    }
  });
}

/** Processes that work on files with `extract` in a folder of the service, and the folders. */
export function extracting(dataDir: string): { pid: number; at: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), at: folderOf(Number(name)) ?? "" }))
    .filter(({ at }) => at.startsWith(dataDir) && at.includes("extract"));
}

/** A process that has already ended is left out. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
