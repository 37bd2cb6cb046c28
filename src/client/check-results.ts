// Whether the files of a download are those that a receipt accounts for.
import { lstat, readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { isAbsent } from "../inputs/absent.ts";
import { isBelow } from "../inputs/below.ts";
import { manifestName } from "../inputs/left-out.ts";
import type { ReceiptResult } from "../receipts/receipt.ts";
import { checksumOf, unreadable } from "./local-files.ts";
import { type ManifestLine, readManifest } from "./manifest.ts";

export interface CheckedResults {
  /** results that are there as the receipt has them */
  good: number;
  /** results without a checksum in the receipt: only their size was compared */
  unsummed: number;
  /** a sentence for each of the first that differ, are missing or are too many */
  problems: string[];
  /** all of them */
  count: number;
}

const mostProblems = 20;
/** of a file that a download has not finished */
const draftName = /^\.longshore-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** `count` of the receipt; rejects with `FolderError` where the folder is no download. */
export async function checkResults(
  folder: string,
  { request, count }: { request: string; count: number },
  results: AsyncIterable<ReceiptResult> | Iterable<ReceiptResult>,
): Promise<CheckedResults> {
  const checked: CheckedResults = { good: 0, unsummed: 0, problems: [], count: 0 };
  const tell = (problem: string) => {
    checked.count += 1;
    if (checked.problems.length < mostProblems) checked.problems.push(problem);
  };
  const lines = lastOfPath(folder, await readManifest(folder, { mayBeMissing: count === 0 }));
  const other = lines.find((line) => line.request !== request);
  if (other) {
    tell(`${join(folder, manifestName)} is of request ${other.request}, not of ${request}.`);
    return checked;
  }
  const byResult = grouped(lines);
  for await (const result of results) {
    const named = byResult.get(result.name);
    byResult.delete(result.name);
    const problems = named
      ? await problemsOf(folder, named, result)
      : [`${result.name} is missing: ${manifestName} does not list it.`];
    problems.forEach(tell);
    if (problems.length > 0) continue;
    checked.good += 1;
    if (result.checksum === null) checked.unsummed += 1;
  }
  for (const { path } of [...byResult.values()].flat())
    tell(`${path} is extra: the receipt does not have it.`);
  const listed = new Set(lines.map(({ path }) => resolve(folder, path)));
  for await (const path of filesIn(folder))
    if (!listed.has(resolve(path)))
      tell(`${relative(folder, path)} is extra: ${manifestName} does not list it.`);
  return checked;
}

/** The last line of a path counts, as in the next download. */
function lastOfPath(folder: string, lines: readonly ManifestLine[]): ManifestLine[] {
  return [...new Map(lines.map((line) => [resolve(folder, line.path), line])).values()];
}

/** A manifest may say of several files that they are one result: all of them are compared. */
function grouped(lines: readonly ManifestLine[]): Map<string, ManifestLine[]> {
  const groups = new Map<string, ManifestLine[]>();
  for (const line of lines) {
    const group = groups.get(line.result);
    if (group) group.push(line);
    else groups.set(line.result, [line]);
  }
  return groups;
}

async function problemsOf(
  folder: string,
  lines: readonly ManifestLine[],
  result: ReceiptResult,
): Promise<string[]> {
  const problems: string[] = [];
  for (const line of lines) {
    const problem = await problemOf(folder, line, result);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}

async function problemOf(
  folder: string,
  { path }: ManifestLine,
  { size, checksum }: ReceiptResult,
): Promise<string | undefined> {
  const whole = resolve(folder, path);
  if (!isBelow(whole, [resolve(folder)])) return `${path} is not in ${folder}.`;
  try {
    const found = await lstat(whole);
    if (!found.isFile()) return `${path} is missing: what is there is no file.`;
    if (found.size !== size)
      return `${path} has ${found.size} bytes, and the receipt says ${size}.`;
    const sum = checksum === null ? null : await checksumOf(whole);
    return sum === checksum
      ? undefined
      : `${path} has the checksum ${sum}, and the receipt says ${checksum}.`;
  } catch (error) {
    return isAbsent(error) ? `${path} is missing.` : unreadable(path, error);
  }
}

/** Without the manifest, and without what a download that goes on has not finished. */
async function* filesIn(folder: string, isTop = true): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path, false);
    else if (!(isTop && entry.name === manifestName) && !draftName.test(entry.name)) yield path;
  }
}
