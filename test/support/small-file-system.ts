import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { temporaryFolder } from "./folder.ts";

/** A file system of its own in memory, which fills up soon. */
export interface SmallFileSystem {
  path: string;
  resize(megabytes: number): void;
  setReadOnly(readOnly: boolean): void;
  remove(): void;
}

/** Why tests that need one are skipped here; undefined where root may mount. */
export const noSmallFileSystem = (() => {
  if (process.getuid?.() !== 0) return "only root can mount a small file system";
  const disk = tryMount(1);
  disk?.remove();
  return disk ? undefined : "this container may not mount a file system";
})();

export function makeSmallFileSystem(megabytes: number): SmallFileSystem {
  const disk = tryMount(megabytes);
  if (!disk) throw new Error("The small file system could not be mounted.");
  return disk;
}

function tryMount(megabytes: number): SmallFileSystem | undefined {
  const path = temporaryFolder("disk");
  const mount = (...args: string[]) => spawnSync("mount", args).status === 0;
  const remount = (option: string) => {
    if (!mount("-o", `remount,${option}`, path)) throw new Error(`${option} was not accepted.`);
  };
  if (!mount("-t", "tmpfs", "-o", `size=${megabytes}m,mode=0711`, "tmpfs", path)) {
    rmSync(path, { recursive: true });
    return undefined;
  }
  return {
    path,
    resize: (size) => remount(`size=${size}m`),
    setReadOnly: (readOnly) => remount(readOnly ? "ro" : "rw"),
    remove() {
      // Lazily: a process that is just ending may still use it.
      spawnSync("umount", ["-l", path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}
