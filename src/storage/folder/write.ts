import type { Stats } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { assertSame } from "../existing.ts";
import { meter, type PutOptions, toBodyError } from "../meter.ts";
import { intoPlace, isMissing, makeFolderDurably, syncFolder, toStoreError } from "./files.ts";
import type { Place } from "./place.ts";
import { type Draft, publishNew } from "./publish.ts";
import { type ObjectRecord, writeRecord } from "./records.ts";

/**
 * Whole or not at all: both files are written and synced as drafts, then get their names, the
 * record first.
 */
export async function write(
  place: Place,
  path: string,
  body: Readable | Buffer,
  options: PutOptions,
): Promise<ObjectRecord> {
  const recordPath = `${path}.meta`;
  try {
    const { size, checksum, file } = await writeDraft(path, body, options);
    const record = { checksum, size, changed: Math.floor(file.mtimeMs), name: place.name };
    await writeRecord(recordPath, record);
    await options.confirm?.();
    return await publish(place, { path, recordPath, record }, options);
  } catch (error) {
    throw toBodyError(toStoreError(error));
  } finally {
    await Promise.all([rm(path, { force: true }), rm(recordPath, { force: true })]);
  }
}

async function publish(place: Place, draft: Draft, { existing }: PutOptions) {
  const records = `${place.folder}/.meta`;
  const makeFolder = () => makeFolderDurably(records, place.root);
  const sync = () => Promise.all([syncFolder(records), syncFolder(place.folder)]);
  if (existing === "replace") {
    await intoPlace(draft.recordPath, place.record, makeFolder);
    await intoPlace(draft.path, place.path, makeFolder);
    await sync();
    return draft.record;
  }
  const published = await inFolder(() => publishNew(place, draft), makeFolder);
  if (!published.isNew) assertSame(place.name, published.record, draft.record, existing);
  await sync();
  return published.record;
}

/** Makes the bucket's folder where it is missing, or was removed in between. */
async function inFolder<Result>(
  work: () => Promise<Result>,
  makeFolder: () => Promise<void>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isMissing(error)) throw error;
    await makeFolder();
    return work();
  }
}

async function writeDraft(
  path: string,
  body: Readable | Buffer,
  options: PutOptions,
): Promise<{ size: number; checksum: string; file: Stats }> {
  const { stream, result } = meter(options);
  const file = await open(path, "wx", 0o600);
  try {
    const source = Buffer.isBuffer(body) ? Readable.from([body]) : body;
    await pipeline(source, stream, writerTo(file));
    await file.sync();
    return { ...result(), file: await file.stat() };
  } finally {
    await file.close();
  }
}

/**
 * A write stream of the file that leaves it open never closes (Node 20), and an asynchronous
 * function in its place would hide its error behind an AbortError.
 */
function writerTo(file: FileHandle): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => void file.writeFile(chunk).then(() => done(), done),
  });
}
