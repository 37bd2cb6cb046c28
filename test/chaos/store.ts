// The folder store of a run, on a small file system of its own where this process can mount one.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { mountsOf } from "../support/left.ts";
import { until } from "../support/wait.ts";

export interface ChaosStore {
  path: string;
  /** whether it is a file system of its own; without one it cannot be full */
  mounted: boolean;
  /** Leaves no room. */
  fill(): void;
  free(): void;
  /** Why no result can be stored; undefined while there is room. */
  lacksRoom(): string | undefined;
  setWritable(writable: boolean): Promise<void>;
  close(): void;
}

/** With its folder */
const blocksOfResult = 4;
/** A block has 4 KiB, and a result's folder takes some more. */
export const megabytesFor = (files: number) => 64 + Math.ceil(files * 0.009);

export function openStore(folder: string, megabytes: number): ChaosStore {
  const mount = join(folder, "small");
  const path = join(mount, "store");
  mkdirSync(mount, { mode: 0o711 });
  const mounted = process.getuid?.() === 0 && mountSmall(mount, megabytes);
  mkdirSync(path, { mode: 0o711 });
  const filler = join(mount, "filler");
  return {
    path,
    mounted,
    fill: () => fillUp(filler),
    free: () => rmSync(filler, { force: true }),
    lacksRoom: () => (mounted ? problemOf(mount, megabytes) : undefined),
    // A file that is open for writing forbids it for a moment.
    setWritable: (writable) =>
      mounted
        ? until(() => run("mount", "-o", `remount,${writable ? "rw" : "ro"}`, mount)).then(ignore)
        : Promise.resolve(setModes(path, writable ? 0o755 : 0o555)),
    close() {
      if (mountsOf(folder).includes(mount)) execFileSync("umount", [mount]);
    },
  };
}

const ignore = () => undefined;

function mountSmall(path: string, megabytes: number): boolean {
  return run("mount", "-t", "tmpfs", "-o", `size=${megabytes}m,mode=711`, "tmpfs", path);
}

function problemOf(mount: string, megabytes: number): string | undefined {
  const { bavail, ffree } = statfsSync(mount);
  if (bavail >= blocksOfResult && ffree > 0) return undefined;
  return `The store of the run is full: its ${megabytes} MB are too few for all results.`;
}

function run(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** First in large pieces, then byte by byte. */
function fillUp(path: string): void {
  const file = openSync(path, "w");
  try {
    for (const size of [1 << 20, 4096, 1]) writeUntilFull(file, Buffer.alloc(size));
  } finally {
    closeSync(file);
  }
}

function writeUntilFull(file: number, bytes: Buffer): void {
  try {
    for (;;) writeSync(file, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

function setModes(folder: string, mode: number): void {
  chmodSync(folder, mode);
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) chmodSync(join(folder, entry.name), mode);
}
