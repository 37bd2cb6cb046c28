// What a run has of the machine: every process and mount that has to do with its folder.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commandOf, folderOf, isRunning } from "../../src/live-process.ts";

/** Processes that work in the folder or were started with its path, apart from this one. */
export function processesOf(folder: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && isRunning(pid) && mentions(pid, folder));
}

/** Mount points in the folder, the innermost first. */
export function mountsOf(folder: string): string[] {
  return readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${folder}/`))
    .reverse();
}

/** Each with enough to find out where it comes from. */
export function describeLeft(folder: string): string[] {
  return [
    ...processesOf(folder).map((pid) => `process ${pid}: ${commandOf(pid)?.slice(0, 200)}`),
    ...mountsOf(folder).map((path) => `mount ${path}`),
  ];
}

function mentions(pid: number, folder: string): boolean {
  return (
    textOf(pid, "cmdline").includes(folder) ||
    textOf(pid, "environ").includes(folder) ||
    (folderOf(pid)?.startsWith(folder) ?? false)
  );
}

function textOf(pid: number, name: string): string {
  const path = join("/proc", String(pid), name);
  try {
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  } catch {
    // It has ended, or belongs to another user
    return "";
  }
}
