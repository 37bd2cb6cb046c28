// Temporary files, named after the process that writes them: what a crash left behind is told from what another process is writing.
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { isRunning } from "../../live-process.ts";

const here = hostname().replace(/[^A-Za-z0-9-]/g, "-");
const startedAt = Date.now() - process.uptime() * 1000;
/** of a process on another host, where we cannot see whether it lives */
const abandonedAfterMilliseconds = 24 * 3600 * 1000;

export interface Drafts {
  /** a path in the store's file system that nobody else has */
  path(): string;
}

/** Makes the folder and removes the drafts of processes that are gone. */
export async function openDrafts(root: string): Promise<Drafts> {
  const folder = join(root, ".tmp");
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (await isAbandoned(name, path)) await rm(path, { recursive: true, force: true });
  }
  return { path: () => join(folder, `${here}.${process.pid}.${randomUUID()}`) };
}

async function isAbandoned(name: string, path: string): Promise<boolean> {
  const [host, pid] = name.split(".");
  const changedAt = (await stat(path).catch(() => undefined))?.mtimeMs;
  if (changedAt === undefined) return false;
  if (host !== here) return changedAt < Date.now() - abandonedAfterMilliseconds;
  return Number(pid) === process.pid ? changedAt < startedAt : !isRunning(Number(pid));
}
