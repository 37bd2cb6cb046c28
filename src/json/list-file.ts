import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { diskProblem } from "../disk-problem.ts";
import { UnavailableError } from "../errors.ts";

/** A list that is read piece by piece, as often as needed. */
export interface LongList<Element> extends AsyncIterable<readonly Element[]> {
  readonly length: number;
}

/** A long list on disk: of its elements, which are JSON, memory holds one piece at a time. */
export interface ListFile<Element> extends LongList<Element> {
  add(elements: readonly Element[]): Promise<void>;
  close(): Promise<void>;
}

/** The file is removed from its folder at once; its space is free when it is closed. */
export async function openListFile<Element>(folder: string): Promise<ListFile<Element>> {
  const file = await onDisk(openWithoutName(folder));
  const sizes: number[] = [];
  let length = 0;
  let end = 0;

  async function* pieces() {
    let at = 0;
    for (const size of sizes) {
      yield JSON.parse(await onDisk(readPart(file, at, size))) as Element[];
      at += size;
    }
  }

  return {
    get length() {
      return length;
    },
    async add(elements) {
      const bytes = Buffer.from(JSON.stringify(elements));
      await onDisk(writeAll(file, bytes, end));
      sizes.push(bytes.length);
      end += bytes.length;
      length += elements.length;
    },
    close: () => file.close(),
    [Symbol.asyncIterator]: pieces,
  };
}

async function openWithoutName(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, randomUUID());
  const file = await open(path, "wx+", 0o600);
  try {
    await unlink(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

async function readPart(file: FileHandle, position: number, size: number): Promise<string> {
  const bytes = Buffer.allocUnsafe(size);
  for (let done = 0; done < size; ) {
    const { bytesRead } = await file.read(bytes, done, size - done, position + done);
    if (bytesRead === 0) throw new Error("The file of a list is shorter than what was written.");
    done += bytesRead;
  }
  return bytes.toString("utf8");
}

async function onDisk<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const problem = diskProblem(error);
    if (!problem) throw error;
    const sentence = `A long list cannot be kept in DATA_DIR now: ${problem.words}.`;
    throw new UnavailableError(sentence, 60, { cause: error });
  }
}
