// Only one service may use a folder. The lock of a dead process is taken over, so no one has to
// clean up after a kill -9.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startTimeOf, stillRuns } from "./live-process.ts";

interface Holder {
  pid: number;
  startedAt?: string;
}

/** The folder is in use by a running process. */
export class FolderInUseError extends Error {
  constructor(folder: string, pid: number) {
    super(
      `${folder} is in use by another service on this machine (process ${pid}). ` +
        "Stop it first, or set DATA_DIR to another folder.",
    );
    this.name = "FolderInUseError";
  }
}

/** The folder was removed or taken over while the service ran: it cannot go on. */
export class FolderLostError extends Error {
  constructor(folder: string) {
    super(
      `The folder ${folder} (DATA_DIR), or its file "lock", was removed or replaced while the ` +
        "service ran: it ends. Whatever was in the folder is not used any more.",
    );
    this.name = "FolderLostError";
  }
}

/** Returns a function that releases the lock; throws `FolderInUseError`. */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, "lock");
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, ourText());
  try {
    while (!linked(mine, lock)) removeStale(lock, folder);
  } finally {
    rmSync(mine, { force: true });
  }
  return () => rmSync(lock, { force: true });
}

/**
 * The process that holds the folder now. It is not certain where the system does not say when a
 * process began: another one may have its number.
 */
export function holderOf(folder: string): { pid: number; isCertain: boolean } | undefined {
  const holder = readHolder(join(folder, "lock"));
  if (holder === undefined || !isAlive(holder)) return undefined;
  const { pid, startedAt } = holder;
  return { pid, isCertain: startedAt !== undefined && startedAt === startTimeOf(pid) };
}

/**
 * Whether this process still has the folder; no when the lock was removed, alone or with it, or
 * replaced: in another container, another service has the same process id.
 */
export function isLockedByUs(folder: string): boolean {
  try {
    return readFileSync(join(folder, "lock"), "utf8") === ourText();
  } catch (error) {
    // A folder that cannot be read now may be there again in a moment.
    return !["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
  }
}

const millisecondsBetweenLooks = 1_000;

/**
 * Calls `onLost` once the folder is not ours any more, since another service may start in a new
 * one. Returns a function that ends the watch.
 */
export function watchLock(folder: string, onLost: (error: FolderLostError) => void): () => void {
  const timer = setInterval(() => {
    if (isLockedByUs(folder)) return;
    clearInterval(timer);
    onLost(new FolderLostError(folder));
  }, millisecondsBetweenLooks);
  return () => clearInterval(timer);
}

function ourText(): string {
  const startedAt = startTimeOf(process.pid);
  const holder: Holder = { pid: process.pid, ...(startedAt === undefined ? {} : { startedAt }) };
  return JSON.stringify(holder);
}

/** Linking is atomic: of two concurrent starts, only one succeeds. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Moves a dead holder's lock aside and checks it again afterwards, since another start may have
 * been faster.
 */
function removeStale(lock: string, folder: string): void {
  const holder = readHolder(lock);
  if (holder !== undefined && isAlive(holder)) throw new FolderInUseError(folder, holder.pid);
  const aside = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== undefined && isAlive(moved)) linked(aside, lock);
  rmSync(aside, { force: true });
}

function isAlive({ pid, startedAt }: Holder): boolean {
  return stillRuns(pid, startedAt);
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}
