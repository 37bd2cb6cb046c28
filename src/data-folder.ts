// What the service writes is for its own user alone.
import { chmodSync, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ConfigError, shown } from "./settings/config-error.ts";
import { systemProblem } from "./system-problem.ts";

/** For this process and those that it starts: no file is readable by others, whatever it says. */
export function keepFilesPrivate(): void {
  process.umask(0o077);
}

/** Creates DATA_DIR, and closes what earlier versions left open in it. */
export function makeDataFolder(dataDir: string): void {
  const first = makeFolders(dataDir);
  if (first !== undefined && process.getuid?.() === 0) letPass(dataDir, first);
  for (const name of ["store", "scratch", "checks"]) {
    const folder = join(dataDir, name);
    if (existsSync(folder)) chmodSync(folder, 0o700);
  }
}

/**
 * Returns the first folder that was not there. One by one: where a file system has folders of its
 * own alone, as /proc does, Node's recursive `mkdirSync` never ends.
 */
function makeFolders(path: string): string | undefined {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder))
    missing.unshift(folder);
  try {
    if (missing.length === 0 && !statSync(path).isDirectory()) throw new Error("it is a file");
    for (const folder of missing) makeFolder(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const words = systemProblem(error)?.words;
    const why = words === undefined ? "" : `: ${words}`;
    throw new ConfigError(
      `DATA_DIR is ${shown(path)}, and no folder can be made there (${code ?? message})${why}. ` +
        "Set it to a folder that this user may write.",
    );
  }
  return missing[0];
}

/** Another service that starts at the same time may make it first. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const isThere = statSync(path, { throwIfNoEntry: false })?.isDirectory();
    if (!isThere) throw error;
  }
}

/** Where long lists are until they are recorded. */
export function listFolder(dataDir: string): string {
  return join(dataDir, "lists");
}

/** Where dry runs keep temporary files: one folder each. */
export function dryRunFolder(dataDir: string): string {
  return join(dataDir, "dry-runs");
}

/** Where files of a form are until they are stored: one folder each. */
export function formFolder(dataDir: string): string {
  return join(dataDir, "forms");
}

/** For the start: a killed process may have left files between their creation and their removal. */
export function removeLeftFiles(dataDir: string): void {
  for (const folder of [listFolder(dataDir), dryRunFolder(dataDir), formFolder(dataDir)])
    rmSync(folder, { recursive: true, force: true });
}

/** Started by root, Postgres runs as another account, and its folder is below these new ones. */
function letPass(from: string, to: string): void {
  for (let folder = from; ; folder = dirname(folder)) {
    chmodSync(folder, 0o711);
    if (folder === to) return;
  }
}
