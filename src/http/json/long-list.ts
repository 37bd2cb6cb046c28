// Bodies whose list may have a million elements: a long one is kept on disk, and not in memory.
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { ZodType, z } from "zod";
import { type ListFile, openListFile } from "../../json/list-file.ts";
import { type BodyPlace, largeBodies, makeLargeBodies } from "./large-bodies.ts";
import { type ListedBody, type ReadBody, readListed } from "./read-list.ts";

const megabyte = 1024 * 1024;
/** What a body takes of the memory for large bodies while its list is written to disk. */
const mostBytesInMemory = 16 * megabyte;
/** One for the process: the disk is what they share. */
const listsOnDisk = makeLargeBodies({
  mostAtOnce: 64,
  mostBytes: 1024 * megabyte,
  patienceSeconds: 200,
});

/**
 * Uses a body while its long list is on disk. Only some bodies are read at once and only so many
 * lists are on disk; other bodies wait unread.
 */
export async function withLongList<Schema extends ZodType, Element, Result>(
  request: IncomingMessage,
  rule: ListedBody<Schema, Element>,
  dataDir: string,
  use: (read: ReadBody<z.output<Schema>, Element>) => Promise<Result> | Result,
): Promise<Result> {
  const kept = listsOnDisk.place();
  const reading = largeBodies.place();
  const place: BodyPlace = {
    ...reading,
    async take(bytes, most) {
      await kept.take(bytes, most);
      await reading.take(bytes, Math.min(most, mostBytesInMemory));
    },
  };
  let file: ListFile<Element> | undefined;
  const openFile = async () => {
    file = await openListFile<Element>(join(dataDir, "lists"));
    return file;
  };
  try {
    const read = await readListed(request, rule, place, openFile);
    reading.release();
    return await use(read);
  } finally {
    reading.release();
    kept.release();
    await file?.close();
  }
}
