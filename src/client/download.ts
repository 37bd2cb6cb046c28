import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { fetchResult } from "./fetch-result.ts";
import type { RetryOptions } from "./retry.ts";
import type { ResultView } from "./views.ts";

export interface DownloadOptions extends RetryOptions {
  /** files at once (default 4) */
  parallel?: number;
  onFile?(file: Downloaded): void;
}

export interface Downloaded {
  name: string;
  path: string;
  size: number;
  /** it was already complete in the folder */
  skipped: boolean;
}

export async function downloadResults(
  results: AsyncIterable<ResultView>,
  folder: string,
  { parallel = 4, onFile, ...retries }: DownloadOptions,
): Promise<Downloaded[]> {
  await mkdir(folder, { recursive: true });
  const files: Downloaded[] = [];
  const queue = results[Symbol.asyncIterator]();
  let failed = false;
  async function fetchNext(): Promise<void> {
    try {
      for (let next = await queue.next(); !next.done && !failed; next = await queue.next()) {
        const file = await downloadOne(next.value, folder, retries);
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

async function downloadOne(
  result: ResultView,
  folder: string,
  retries: RetryOptions,
): Promise<Downloaded> {
  const { name, size } = result;
  const path = pathIn(folder, name);
  if (await isComplete(path, result)) return { name, path, size, skipped: true };
  await mkdir(dirname(path), { recursive: true });
  const draft = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}`);
  try {
    await fetchResult(result, draft, retries);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  return { name, path, size, skipped: false };
}

/** The service may be hostile: no name may lead out of the folder. */
function pathIn(folder: string, name: string): string {
  const root = resolve(folder);
  const path = resolve(root, name);
  if (!path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`))
    throw new Error(`The result ${JSON.stringify(name)} would be written outside ${root}.`);
  return path;
}

async function isComplete(path: string, { size, checksum }: ResultView): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!found?.isFile() || found.size !== size) return false;
  return checksum === null || (await checksumOf(path)) === checksum;
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
