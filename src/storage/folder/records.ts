// What a file system does not keep of an object: its checksum, and its name where that is too long
// for a file. One small file each in `<bucket>/.meta/`, under the object's own file name. It is in
// place before the object is, and says which object it speaks of (size and time of change), so that
// after a crash in between a record is either right or ignored.
import { readFile as readFileBack, type Stats } from "node:fs";
import { open } from "node:fs/promises";
import { promisify } from "node:util";
import { isMissing } from "./files.ts";

/** That of `fs/promises` makes a handle for each file, which costs as much as the reading. */
const readFile = promisify(readFileBack);

export interface ObjectRecord {
  checksum: string;
  size: number;
  /** whole milliseconds */
  changed: number;
  name: string;
}

export async function writeRecord(path: string, record: ObjectRecord): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(JSON.stringify(record));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Undefined where there is none that can be read. */
export async function readRecord(path: string): Promise<ObjectRecord | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as ObjectRecord;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function isRecordOf(record: ObjectRecord, file: Stats): boolean {
  return record.size === file.size && record.changed === Math.floor(file.mtimeMs);
}

/**
 * The records last written or read: a report that follows an upload asks for the object once more,
 * ten thousand times a second.
 */
export function openRecordCache(most = 20_000) {
  const known = new Map<string, ObjectRecord>();
  return {
    async of(path: string, file: Stats): Promise<ObjectRecord | undefined> {
      const remembered = known.get(path);
      if (remembered && isRecordOf(remembered, file)) return remembered;
      const read = await readRecord(path);
      if (!read || !isRecordOf(read, file)) return undefined;
      this.keep(path, read);
      return read;
    },
    keep(path: string, record: ObjectRecord): void {
      known.delete(path);
      known.set(path, record);
      const oldest = known.size > most ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
    },
    forget(path: string): void {
      known.delete(path);
    },
  };
}
