import { realpathSync } from "node:fs";
import { isBelow } from "../inputs/below.ts";
import type { InputFolders } from "../inputs/folders.ts";
import { ConfigError, shown } from "./config-error.ts";

interface Folders {
  inputRoots: string[];
  dataDir: string;
  /** of a store that is a folder */
  store: string | undefined;
}

/** The input roots, closed where the service keeps its keys, its database and its results. */
export function inputFolders({ inputRoots, dataDir, store }: Folders): InputFolders {
  const closed = store === undefined ? [dataDir] : [dataDir, store];
  const inside = inputRoots.find((root) => isBelow(realPath(root), closed.map(realPath)));
  if (inside !== undefined)
    throw new ConfigError(
      `INPUT_ROOTS has ${shown(inside)}, which is in a folder of the service itself ` +
        "(DATA_DIR or the store): allowed are folders outside of both.",
    );
  return { roots: inputRoots, closed };
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
