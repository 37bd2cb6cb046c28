import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isAbsent } from "../../../inputs/absent.ts";
import { diskLister } from "../../../inputs/disk.ts";
import { refuseGlob, splitGlob } from "../../../inputs/glob/index.ts";
import { leftOutSentence, manifestIsNoData } from "../../../inputs/left-out.ts";
import { onDisk } from "../../../inputs/on-disk.ts";
import { walk } from "../../../inputs/walk.ts";
import { usedWrongly } from "../exits.ts";
import { say } from "../print/print.ts";

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
  const path = await onDisk(resolve(pattern));
  const kind = await kindOf(path);
  if (kind === "folder") throw usedWrongly(isFolder(pattern, path));
  if (kind === "file") return [path];
  if (isPattern(pattern)) return matches(pattern);
  if (mustExist) throw usedWrongly(`There is no file ${path}.${ofTilde(pattern)}`);
  return [path];
}

function isFolder(pattern: string, path: string): string {
  const folder = pattern.replace(/(?<!\/)\/+$/, "");
  return (
    `${pattern} is a folder. For all files in it and below, give --did 'dir://${path}' instead; ` +
    `for some of them, a pattern such as '${folder}/*.parquet'.`
  );
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** In quotes it reaches us as it is. */
function ofTilde(pattern: string): string {
  if (!pattern.startsWith("~")) return "";
  return " A ~ in quotes is no home folder: write $HOME, or leave it outside the quotes.";
}

function isPattern(path: string): boolean {
  return /[*?[{]|[!@+]\(/.test(path);
}

/**
 * As the finder of folders reads it: names before patterns, level by level. Sorted, so that the
 * same pattern makes the same request.
 */
async function matches(pattern: string): Promise<string[]> {
  const whole = resolve(pattern);
  const problem = refuseGlob(whole);
  if (problem !== undefined) throw usedWrongly(`${pattern}: ${problem}`);
  const { base, glob } = splitGlob(whole);
  const { open, leftOut } = diskLister({ roots: ["/"], closed: [] });
  const found: string[] = [];
  const { manifests } = await walk(await onDisk(join("/", base)), glob, {
    open,
    give: async (files) => void found.push(...files.flatMap(({ paths }) => paths)),
    signal: new AbortController().signal,
  });
  for (const path of leftOut.first())
    say(`Left out: ${path} cannot be read, or its name is not UTF-8.`);
  const rest = leftOut.count() - leftOut.first().length;
  if (rest > 0) say(`Left out: ${rest} more.`);
  if (manifests.count() > 0) say(leftOutSentence(manifestIsNoData, manifests));
  if (found.length === 0)
    throw usedWrongly(`No file matches ${pattern} (in ${process.cwd()}).${ofTilde(pattern)}`);
  return found.sort();
}
