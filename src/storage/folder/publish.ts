import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, rename, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, isMissing } from "./files.ts";
import type { Place } from "./place.ts";
import { isRecordOf, type ObjectRecord, readRecord, writeRecord } from "./records.ts";

export interface Draft {
  path: string;
  recordPath: string;
  record: ObjectRecord;
}

/** How long the record of an object may precede it: its writer is between two system calls. */
const longestGapMilliseconds = 1_000;
const pauseMilliseconds = 10;

/**
 * Gives a draft its name unless an object has it already. A link fails where its name is taken, so
 * one of several writers wins, also across processes. The record comes first and is never replaced
 * while it may be another writer's. Returns the record of the object that has the name, and whether
 * it is this draft.
 */
export async function publishNew(
  place: Place,
  draft: Draft,
): Promise<{ record: ObjectRecord; isNew: boolean }> {
  const until = Date.now() + longestGapMilliseconds;
  while (!(await linked(draft.recordPath, place.record))) {
    const existing = await recordOfExisting(place, draft);
    if (existing) return { record: existing, isNew: false };
    if (Date.now() < until) await sleep(pauseMilliseconds);
    else {
      // Its writer was killed before the object had its name.
      await rename(draft.recordPath, place.record);
      break;
    }
  }
  if (await linked(draft.path, place.path)) return { record: draft.record, isNew: true };
  const existing = await describe(place, draft);
  await keepRecord(place, draft, existing);
  return { record: existing, isNew: false };
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return false;
  }
}

/** Undefined if there is no object, only a record. */
async function recordOfExisting(place: Place, draft: Draft): Promise<ObjectRecord | undefined> {
  try {
    const file = await stat(place.path);
    const record = await readRecord(place.record);
    if (record && isRecordOf(record, file)) return record;
    const existing = await describe(place, draft);
    await keepRecord(place, draft, existing);
    return existing;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Reads the object, whose record is missing or is of another one. */
async function describe(place: Place, draft: Draft): Promise<ObjectRecord> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(place.path), hash);
  const file = await stat(place.path);
  return {
    ...draft.record,
    checksum: hash.digest("hex"),
    size: file.size,
    changed: Math.floor(file.mtimeMs),
  };
}

async function keepRecord(place: Place, draft: Draft, record: ObjectRecord): Promise<void> {
  const path = `${draft.recordPath}.existing`;
  await writeRecord(path, record);
  await rename(path, place.record);
}
