import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { usedWrongly } from "./exits.ts";

/**
 * Absolute paths for local paths and patterns; URLs unchanged. The service checks what it may read.
 */
export async function pathsOf(
  patterns: readonly string[],
  { mustExist }: { mustExist: boolean },
): Promise<string[]> {
  const found: string[] = [];
  for (const pattern of patterns) found.push(...(await expand(pattern, mustExist)));
  return found;
}

async function expand(pattern: string, mustExist: boolean): Promise<string[]> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(pattern)) return [pattern];
  const kind = await kindOf(pattern);
  if (kind === "folder")
    throw usedWrongly(
      `${pattern} is a folder. Give the files in it, for example '${pattern.replace(/\/+$/, "")}/*.parquet'.`,
    );
  if (kind === "file") return [resolve(pattern)];
  if (isDynamicPattern(pattern)) return matches(pattern);
  if (mustExist) throw usedWrongly(`There is no file ${resolve(pattern)}.`);
  return [resolve(pattern)];
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"].includes(code))
      return undefined;
    throw error;
  }
}

/** Sorted, so that the same pattern makes the same request. */
async function matches(pattern: string): Promise<string[]> {
  const paths = await glob(pattern, { absolute: true, onlyFiles: true, expandDirectories: false });
  if (paths.length === 0) throw usedWrongly(`No file matches ${pattern} (in ${process.cwd()}).`);
  return paths.sort();
}
