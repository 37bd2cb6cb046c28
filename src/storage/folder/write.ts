import type { Stats } from "node:fs";
import { open, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { meter, type PutOptions, toBodyError } from "../meter.ts";
import { intoPlace, makeFolderDurably, syncFolder, toStoreError } from "./files.ts";
import { type ObjectRecord, writeRecord } from "./records.ts";

export interface Place {
  root: string;
  folder: string;
  path: string;
  record: string;
  name: string;
}

/**
 * Whole or not at all: both files are written and synced as drafts, then get their names, the
 * record first.
 */
export async function write(
  place: Place,
  draft: string,
  body: Readable | Buffer,
  options: PutOptions,
): Promise<ObjectRecord> {
  const recordDraft = `${draft}.meta`;
  const records = `${place.folder}/.meta`;
  try {
    const { size, checksum, file } = await writeDraft(draft, body, options);
    const record = { checksum, size, changed: Math.floor(file.mtimeMs), name: place.name };
    await writeRecord(recordDraft, record);
    const makeFolder = () => makeFolderDurably(records, place.root);
    await intoPlace(recordDraft, place.record, makeFolder);
    await intoPlace(draft, place.path, makeFolder);
    await Promise.all([syncFolder(records), syncFolder(place.folder)]);
    return record;
  } catch (error) {
    await Promise.all([rm(draft, { force: true }), rm(recordDraft, { force: true })]);
    throw toBodyError(toStoreError(error));
  }
}

async function writeDraft(
  path: string,
  body: Readable | Buffer,
  options: PutOptions,
): Promise<{ size: number; checksum: string; file: Stats }> {
  const { stream, result } = meter(options);
  const file = await open(path, "wx", 0o640);
  try {
    const source = Buffer.isBuffer(body) ? Readable.from([body]) : body;
    // A write stream that leaves the file open never closes, and a pipeline into it never ends
    // (Node 20).
    await pipeline(source, stream, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) await file.writeFile(chunk);
    });
    await file.sync();
    return { ...result(), file: await file.stat() };
  } finally {
    await file.close();
  }
}
