import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { FolderError } from "./errors.ts";
import { fetchResult } from "./fetch-result.ts";
import { checksumOf, makeFolders, statOf } from "./local-files.ts";
import type { RetryOptions } from "./retry.ts";
import type { ResultView } from "./views.ts";

export interface DownloadOptions extends RetryOptions {
  /** files at once (default 4) */
  parallel?: number | undefined;
  onFile?: ((file: Downloaded) => void) | undefined;
  /** bytes that arrived; those of a connection that broke are counted again */
  onBytes?: ((bytes: number) => void) | undefined;
}

export interface Downloaded {
  /** of the result in the service and in the receipt */
  name: string;
  path: string;
  /** the file that it was made from; null: a result of the whole request */
  file: number | null;
  /** the path of that file */
  input: string | null;
  size: number;
  /** it was already complete in the folder */
  skipped: boolean;
}

export interface Target {
  folder: string;
  /** below the folder */
  nameOf(result: ResultView): string;
  /** A file that is there under this name came from an earlier download and may be replaced. */
  mayReplace(name: string): boolean;
  /** called when a result is complete in the folder */
  record(name: string, result: ResultView): Promise<void>;
}

export async function downloadResults(
  results: AsyncIterable<ResultView>,
  target: Target,
  { parallel = 4, onFile, ...options }: DownloadOptions,
): Promise<Downloaded[]> {
  await makeFolders(target.folder);
  const files: Downloaded[] = [];
  const queue = named(results, target);
  let failed = false;
  async function fetchNext(): Promise<void> {
    try {
      for (let next = await queue.next(); !next.done && !failed; next = await queue.next()) {
        const file = await downloadOne(next.value, target, options);
        files.push(file);
        onFile?.(file);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  }
  // Wait for all of them, so that none leaves a partial file behind.
  const ends = await Promise.allSettled(Array.from({ length: parallel }, fetchNext));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return files;
}

interface Named {
  result: ResultView;
  local: string;
}

/** Named in the order of the results, whichever arrives first. */
async function* named(
  results: AsyncIterable<ResultView>,
  target: Target,
): AsyncGenerator<Named, undefined> {
  for await (const result of results) yield { result, local: target.nameOf(result) };
}

async function downloadOne(
  { result, local }: Named,
  { folder, mayReplace, record }: Target,
  options: RetryOptions & Pick<DownloadOptions, "onBytes">,
): Promise<Downloaded> {
  const { name, file, input, size } = result;
  const path = pathIn(folder, local);
  const downloaded = { name, path, file, input, size };
  const found = await statOf(path);
  const isOurs = mayReplace(local);
  if (found && (await isComplete(path, found, result, isOurs))) {
    if (!isOurs) await record(local, result);
    return { ...downloaded, skipped: true };
  }
  if (found && !isOurs) throw wouldReplace(path);
  await makeFolders(dirname(path));
  const draft = join(dirname(path), `.longshore-${randomUUID()}`);
  try {
    await fetchResult(result, draft, options);
    await rename(draft, path);
  } catch (error) {
    throw ofFile(path, error);
  } finally {
    await rm(draft, { force: true });
  }
  await record(local, result);
  return { ...downloaded, skipped: false };
}

/** An error of the disk names the file that is wanted, not the draft, and not nothing. */
function ofFile(path: string, error: unknown): unknown {
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error : Object.assign(error as Error, { path });
}

/** The service may be hostile: no name may lead out of the folder. */
function pathIn(folder: string, name: string): string {
  const root = resolve(folder);
  const path = resolve(root, name);
  if (!path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`))
    throw new Error(`The result ${JSON.stringify(name)} would be written outside ${root}.`);
  return path;
}

/** The folder may be that of the inputs, whose names results have. */
function wouldReplace(path: string): FolderError {
  return new FolderError(
    `${path} is there already and is not a result of this request: nothing is replaced. ` +
      "Give another folder, or none for a new one.",
  );
}

/** Without a checksum, only a file that was downloaded here is known by its size. */
async function isComplete(
  path: string,
  found: Stats,
  { size, checksum }: ResultView,
  isOurs: boolean,
): Promise<boolean> {
  if (!found.isFile() || found.size !== size) return false;
  return checksum === null ? isOurs : (await checksumOf(path)) === checksum;
}
