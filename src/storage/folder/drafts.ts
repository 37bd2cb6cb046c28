// Temporary files, named after the process that writes them, so that files left by a crash can be
// told from those that another process is writing.
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { isRunning } from "../../live-process.ts";

const here = hostname().replace(/[^A-Za-z0-9-]/g, "-");
const startedAt = Date.now() - process.uptime() * 1000;
/** for drafts of another host, whose processes cannot be checked */
const abandonedAfterMilliseconds = 24 * 3600 * 1000;

export interface Drafts {
  /** a unique path in the store's file system */
  path(): string;
}

/** Creates the folder and removes the drafts of processes that have ended. */
export async function openDrafts(root: string): Promise<Drafts> {
  const folder = join(root, ".tmp");
  await mkdir(folder, { recursive: true, mode: 0o700 });
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
