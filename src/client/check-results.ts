// Whether the files of a download are those that a receipt accounts for.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { isBelow } from "../inputs/below.ts";
import type { ReceiptResult } from "../receipts/receipt.ts";
import { type ManifestLine, manifestName, readManifest } from "./manifest.ts";

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

/** Rejects with `FolderError` where the folder is no download. */
export async function checkResults(
  folder: string,
  request: string,
  results: AsyncIterable<ReceiptResult> | Iterable<ReceiptResult>,
): Promise<CheckedResults> {
  const checked: CheckedResults = { good: 0, unsummed: 0, problems: [], count: 0 };
  const tell = (problem: string) => {
    checked.count += 1;
    if (checked.problems.length < mostProblems) checked.problems.push(problem);
  };
  const lines = await readManifest(folder);
  const other = lines.find((line) => line.request !== request);
  if (other) {
    tell(`${join(folder, manifestName)} is of request ${other.request}, not of ${request}.`);
    return checked;
  }
  const byResult = new Map(lines.map((line) => [line.result, line]));
  for await (const result of results) {
    const line = byResult.get(result.name);
    byResult.delete(result.name);
    const problem = line
      ? await problemOf(folder, line, result)
      : `${result.name} is missing: ${manifestName} does not list it.`;
    if (problem !== undefined) tell(problem);
    else checked.good += 1;
    if (problem === undefined && result.checksum === null) checked.unsummed += 1;
  }
  for (const { path } of byResult.values()) tell(`${path} is extra: the receipt does not have it.`);
  const listed = new Set(lines.map(({ path }) => resolve(folder, path)));
  for await (const path of filesIn(folder))
    if (!listed.has(resolve(path)))
      tell(`${relative(folder, path)} is extra: ${manifestName} does not list it.`);
  return checked;
}

async function problemOf(
  folder: string,
  { path }: ManifestLine,
  { size, checksum }: ReceiptResult,
): Promise<string | undefined> {
  const whole = resolve(folder, path);
  if (!isBelow(whole, [resolve(folder)])) return `${path} is not in ${folder}.`;
  const found = await lstat(whole).catch(() => undefined);
  if (!found?.isFile()) return `${path} is missing.`;
  if (found.size !== size) return `${path} has ${found.size} bytes, and the receipt says ${size}.`;
  if (checksum === null) return undefined;
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(whole), hash);
  } catch (error) {
    return `${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`;
  }
  const sum = hash.digest("hex");
  return sum === checksum
    ? undefined
    : `${path} has the checksum ${sum}, and the receipt says ${checksum}.`;
}

/** Without the manifest, and without what a download that goes on has not finished. */
async function* filesIn(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (entry.name !== manifestName && !entry.name.startsWith(".longshore-")) yield path;
  }
}
