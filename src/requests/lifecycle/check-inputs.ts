import { lstat } from "node:fs/promises";
import { dirname } from "node:path";
import { type FileList, piecesOf } from "../../datasets/chunks.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { type InputRules, inputRules, refusalOf } from "../../inputs/fetch.ts";
import { isOfDisk } from "../../inputs/input-error.ts";
import { openPathOf } from "../../inputs/local.ts";
import { onDisk } from "../../inputs/on-disk.ts";
import { quickLook } from "../../inputs/quick-look.ts";
import { isWorkerOperation } from "../../operations/offered.ts";
import { timeSlice } from "../../time-slice.ts";
import type { SubmitInput } from "../views.ts";
import { makeFolderRefusal } from "./folder-refusal.ts";
import type { Readable } from "./readable.ts";

const mostNamed = 3;
/** Each is looked for on the disk. */
const mostPatterns = 10;
const mostFolders = 10;

/**
 * Throws `RequestError` for a list with files that the first step can never open: outside
 * INPUT_ROOTS, not absolute, patterns, folders, below a folder that is not there, of a host that is
 * not in INPUT_HOSTS. A file is refused if all its replicas are. Whether a file exists is not
 * checked, nor what workers that other processes start may read: they have rules of their own.
 */
export async function checkInputs(
  { operations, runner }: Deps<"operations" | "runner">,
  { dataset, steps }: SubmitInput,
  { folders, hosts }: Readable,
): Promise<void> {
  if (runner.capacity === 0) return;
  const first = operations.get(steps[0]?.operation ?? "");
  if (!("files" in dataset) || !first || !isWorkerOperation(first)) return;
  if (!first.opensFiles?.(steps[0]?.settings ?? {})) return;
  const rules = await inputRules(folders, hosts);
  const { refused, named, files } = await refusedOf(dataset.files, rules);
  if (refused === 0) return;
  const details = named.map(({ detail }) => detail).join(" ");
  const more = refused > named.length ? ` And ${refused - named.length} more.` : "";
  const sentence =
    files === 1 ? details : `${refused} of ${files} files cannot be read: ${details}${more}`;
  throw new RequestError(422, "unreadable_files", sentence, named);
}

interface Refused {
  /** number of refused files, and of all */
  refused: number;
  files: number;
  /** the first that are refused */
  named: { pointer: string; detail: string }[];
}

async function refusedOf(list: FileList<string | string[]>, rules: InputRules): Promise<Refused> {
  const found: Refused = { refused: 0, files: 0, named: [] };
  const refuse = makeRefusal(rules);
  const pause = timeSlice();
  for await (const piece of piecesOf(list)) {
    for (const file of piece) {
      const detail = await refuse([file].flat());
      if (detail !== undefined) {
        found.refused += 1;
        if (found.named.length < mostNamed)
          found.named.push({ pointer: `/dataset/files/${found.files}`, detail });
      }
      found.files += 1;
      await pause();
    }
  }
  return found;
}

function makeRefusal(rules: InputRules) {
  let patterns = 0;
  const missing = makeMissingRefusal();
  const folder = makeFolderRefusal(rules.folders);
  return async (replicas: string[]): Promise<string | undefined> => {
    const refusals = replicas.map((replica) => refusalOf(replica, rules));
    if (refusals.every((refusal) => refusal !== undefined)) return refusals[0];
    const [location = ""] = replicas;
    if (replicas.length > 1 || !isOfDisk(location)) return undefined;
    const path = location.startsWith("/") ? location : openPathOf(location, rules.folders);
    if (!isPattern(path)) return (await missing(path)) ?? folder(path);
    if (patterns === mostPatterns) return undefined;
    patterns += 1;
    return patternRefusal(path);
  };
}

function isPattern(location: string): boolean {
  return /[*?]/.test(location);
}

/** A mistyped folder would fail every file in it; the first folders of a list are looked for. */
function makeMissingRefusal() {
  const missing = new Map<string, boolean>();
  return async (path: string): Promise<string | undefined> => {
    const folder = dirname(path);
    if (!missing.has(folder) && missing.size < mostFolders)
      missing.set(folder, (await quickLook(() => isMissing(folder))) ?? false);
    return missing.get(folder) ? `There is no folder ${folder}, for ${path}.` : undefined;
  };
}

/** A file's name may have these characters, too. */
async function patternRefusal(path: string): Promise<string | undefined> {
  if (!(await quickLook(() => isMissing(path)))) return undefined;
  return (
    `${path} is a pattern, and a list has the files themselves: give the pattern as the dataset ` +
    `dir://${path}.`
  );
}

async function isMissing(path: string): Promise<boolean> {
  return lstat(await onDisk(path)).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === "ENOENT" || code === "ENOTDIR",
  );
}
