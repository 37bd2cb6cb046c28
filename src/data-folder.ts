// What the service writes is for its own user alone.
import { chmodSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/** For this process and those that it starts: no file is readable by others, whatever it says. */
export function keepFilesPrivate(): void {
  process.umask(0o077);
}

/** Creates DATA_DIR, and closes what earlier versions left open in it. */
export function makeDataFolder(dataDir: string): void {
  const first = mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (first !== undefined && process.getuid?.() === 0) letPass(dataDir, first);
  for (const name of ["store", "scratch", "checks"]) {
    const folder = join(dataDir, name);
    if (existsSync(folder)) chmodSync(folder, 0o700);
  }
}

/** Where long lists are until they are recorded. */
export function listFolder(dataDir: string): string {
  return join(dataDir, "lists");
}

/** For the start: a killed process may have left a file between its creation and its removal. */
export function removeLeftLists(dataDir: string): void {
  rmSync(listFolder(dataDir), { recursive: true, force: true });
}

/** Started by root, Postgres runs as another account, and its folder is below these new ones. */
function letPass(from: string, to: string): void {
  for (let folder = from; ; folder = dirname(folder)) {
    chmodSync(folder, 0o711);
    if (folder === to) return;
  }
}
