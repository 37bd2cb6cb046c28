import type { Dir } from "node:fs";
import { opendir } from "node:fs/promises";
import { join } from "node:path";
import { nameOf } from "../names.ts";
import { byUtf8 } from "../order.ts";
import { isMissing, toStoreError } from "./files.ts";
import { readRecord } from "./records.ts";

/**
 * Names of a bucket as the file system gives them, in no order; a folder of millions is never held
 * as a whole.
 */
export async function* namesIn(
  folder: string,
  { prefix = "", after = "" }: { prefix?: string; after?: string },
): AsyncGenerator<string> {
  const entries = await openFolder(folder);
  if (!entries) return;
  for await (const entry of entries) {
    if (!entry.isFile()) continue;
    const name = nameOf(entry.name) ?? (await readRecord(join(folder, ".meta", entry.name)))?.name;
    if (name?.startsWith(prefix) && (after === "" || byUtf8(name, after) > 0)) yield name;
  }
}

async function openFolder(path: string): Promise<Dir | undefined> {
  try {
    return await opendir(path, { bufferSize: 1024 });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw toStoreError(error);
  }
}
