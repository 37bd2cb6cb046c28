import { realpath, stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { isAbsent } from "../../inputs/absent.ts";
import { isBelow } from "../../inputs/below.ts";
import { diskLister } from "../../inputs/disk.ts";
import {
  eitherSpelling,
  type InputFolders,
  isOpenPath,
  realFolders,
} from "../../inputs/folders.ts";
import { refuseGlob, splitGlob } from "../../inputs/glob/index.ts";
import { firstOf, leftOutSentence, makeLeftOut } from "../../inputs/left-out.ts";
import { onDisk } from "../../inputs/on-disk.ts";
import { untilFirst } from "../../inputs/until-first.ts";
import { type WalkLimits, type WalkOptions, walk } from "../../inputs/walk.ts";
import { whereTo } from "../../inputs/where-to.ts";
import type { Finder, LookupOutcome } from "../contract.ts";
import { outcomeOfWalk } from "./walked.ts";

/**
 * `dir:///folder/pattern`: the files of a folder of this machine, below INPUT_ROOTS;
 * `dir:///folder`: all in it and in the folders below.
 */
export function dirFinder(folders: InputFolders, limits: WalkLimits): Finder {
  async function startOf(name: string) {
    const real = await realFolders(folders);
    const { base: written, ...split } = splitGlob(name);
    // Without a pattern, all that is below
    const glob = written === name ? "**" : split.glob;
    const base = await onDisk(written || "/");
    return { start: await realStart(base, real, folders), base, glob, lister: diskLister(real) };
  }

  async function look(
    { start, base, glob, lister: { open, leftOut } }: Awaited<ReturnType<typeof startOf>>,
    how: Pick<WalkOptions, "give" | "signal" | "oneByOne">,
  ): Promise<LookupOutcome> {
    if ("outcome" in start) return start;
    if (start.file) {
      await how.give([{ paths: [base], size: start.size }]);
      return { outcome: "found" };
    }
    const walked = await walk(resolve(base), glob, { ...how, open, limits });
    const incomplete = [
      ...(leftOut.count() > 0 ? [leftOutSentence(whyLeftOut, leftOut)] : []),
      ...(walked.changed.length > 0 ? [changedSentence(walked.changed)] : []),
    ];
    return outcomeOfWalk(walked, { incomplete, nothing: nothing(base, glob) });
  }

  return {
    scheme: "dir",
    fleeting: true,
    refuse(name) {
      if (!isAbsolute(name))
        return (
          "A folder is given by its absolute path, as in dir:///data/2024/*.parquet, " +
          `not ${JSON.stringify(`dir://${name}`)}.`
        );
      return refuseGlob(name);
    },
    async check(name) {
      const { start } = await startOf(name);
      return "reason" in start ? start.reason : undefined;
    },
    find: async (name, give, signal) => look(await startOf(name), { give, signal }),
    async findFirst(name, signal) {
      const at = await startOf(name);
      const first = await untilFirst((give) => look(at, { give, signal, oneByOne: true }));
      if ("end" in first) return first.end;
      const { isPartial } = at.lister;
      return { outcome: "first", file: first.file, ...(isPartial() && { note: partialNote }) };
    },
  };
}

const partialNote =
  "The folder has very many names: this is the first of those that were read, and not the first " +
  "of all.";

type Start = { file: false } | { file: true; size: number } | LookupOutcome;

async function realStart(
  base: string,
  folders: InputFolders,
  written: InputFolders,
): Promise<Start> {
  const at = await whereTo(base);
  try {
    const real = await realpath(base);
    if (isOpenPath(real, folders)) {
      const status = await stat(real);
      return status.isDirectory() ? { file: false } : { file: true, size: status.size };
    }
  } catch (error) {
    // The outcome is the same for all paths outside the roots, and in closed folders: callers must
    // not learn what exists.
    const isOpen = isOpenPath(resolve(base), eitherSpelling(written, folders));
    if (isOpen && !isBelow(at, folders.closed))
      return isAbsent(error)
        ? { outcome: "does_not_exist", reason: `There is no folder ${base}.` }
        : { outcome: "found", incomplete: onlyLeftOut(base) };
  }
  const reason = isBelow(at, folders.barred ?? [])
    ? `${base} is for members of a group alone.`
    : `${base} is not below a folder that inputs may be read from (INPUT_ROOTS).`;
  return { outcome: "bad_name", reason };
}

const whyLeftOut = "they cannot be read, lead out of INPUT_ROOTS or have names that are not UTF-8";

function onlyLeftOut(folder: string): string {
  const leftOut = makeLeftOut();
  leftOut.add(folder);
  return leftOutSentence(whyLeftOut, leftOut);
}

function changedSentence(folders: readonly string[]): string {
  return (
    "Files were added or removed while the list was made, so some may be missing; look it up " +
    `again. In: ${firstOf(folders, folders.length)}.`
  );
}

function nothing(base: string, glob: string): string {
  const found =
    glob === "**"
      ? `There is no file in ${base} or below it. `
      : `Nothing in ${base} matches ${JSON.stringify(glob)}. `;
  return `${found}Names that begin with _ or . match only patterns that begin with it too.`;
}
