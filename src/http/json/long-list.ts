// Bodies whose list may have a million elements. A long list is kept on disk, not in memory.
import type { IncomingMessage } from "node:http";
import type { ZodType, z } from "zod";
import type { Config } from "../../config.ts";
import { listFolder } from "../../data-folder.ts";
import type { FileList } from "../../datasets/chunks.ts";
import { type ListFile, openListFile } from "../../json/list-file.ts";
import { withList } from "../../json/with-list.ts";
import { type BodyPlace, largeBodies, makeLargeBodies } from "./large-bodies.ts";
import { filesAtMost, type ListedBody, type ReadBody, readListed, valueAt } from "./read-list.ts";

const megabyte = 1024 * 1024;
/** What a body counts as in `largeBodies` while its list is written to disk. */
const mostBytesInMemory = 16 * megabyte;
/** One for the process, whose disk all lists share. */
const listsOnDisk = makeLargeBodies({
  mostAtOnce: 64,
  mostBytes: 1024 * megabyte,
  patienceSeconds: 200,
  tooMany: "Too many long lists of files wait to be recorded.",
});

/** The body without its list: no handler can take the first elements for all of them. */
export interface ReadLongList<Body, Element> {
  /** the body as it was sent, before defaults; a list on disk is in it as it was parsed */
  sent: unknown;
  /** its list is empty */
  body: Body;
  /** unless the body has none */
  list: FileList<Element> | undefined;
}

/**
 * Reads a body and calls `use`; the file of a long list is removed afterwards. The number of bodies
 * that are read at once, and the size of all lists on disk, are limited: other bodies wait.
 */
export async function withLongList<Schema extends ZodType, Element, Result>(
  request: IncomingMessage,
  given: ListedBody<Schema, Element>,
  { dataDir, mostFiles }: Pick<Config, "dataDir" | "mostFiles">,
  use: (read: ReadLongList<z.output<Schema>, Element>) => Promise<Result> | Result,
): Promise<Result> {
  const rule = { ...given, list: filesAtMost(given.list, mostFiles) };
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
    file = await openListFile<Element>(listFolder(dataDir));
    return file;
  };
  try {
    const read = await readListed(request, rule, place, openFile);
    reading.release();
    return await use(withoutList(read, rule.list.path));
  } finally {
    reading.release();
    kept.release();
    await file?.close();
  }
}

function withoutList<Body, Element>(
  { sent, body, list }: ReadBody<Body, Element>,
  path: readonly string[],
): ReadLongList<Body, Element> {
  const taken = list ?? (valueAt(body, path) as readonly Element[] | undefined);
  if (!taken) return { sent, body, list: undefined };
  return { sent, body: withList(body, path, []) as Body, list: taken };
}
