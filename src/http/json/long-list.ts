// Bodies whose list may have a million elements. A long list is kept on disk, not in memory.
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { ZodType, z } from "zod";
import { type ListFile, openListFile } from "../../json/list-file.ts";
import { type BodyPlace, largeBodies, makeLargeBodies } from "./large-bodies.ts";
import { type ListedBody, type ReadBody, readListed } from "./read-list.ts";

const megabyte = 1024 * 1024;
/** What a body counts as in `largeBodies` while its list is written to disk. */
const mostBytesInMemory = 16 * megabyte;
/** One for the process, whose disk all lists share. */
const listsOnDisk = makeLargeBodies({
  mostAtOnce: 64,
  mostBytes: 1024 * megabyte,
  patienceSeconds: 200,
});

/**
 * Reads a body and calls `use`; the file of a long list is removed afterwards. The number of bodies
 * that are read at once, and the size of all lists on disk, are limited: other bodies wait.
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
