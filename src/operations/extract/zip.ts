import { PassThrough, type Readable } from "node:stream";
import { ZipFile } from "yazl";

export type ZipEntry =
  | { name: string; text: string }
  /** `size`: default: as many bytes as come */
  | { name: string; size?: number; open(): Promise<NodeJS.ReadableStream> };

/** Equal entries make equal archives. The earliest time that the format has. */
const time = new Date(1980, 0, 1);
const asIs = { compress: false, mtime: time, forceDosTimestamp: true };

/**
 * An archive as a stream, without compression: objects are read one after the other while it is
 * read, and none is held in memory. `close` ends what is still open.
 */
export function zipOf(entries: readonly ZipEntry[]): { stream: Readable; close(): void } {
  const zip = new ZipFile();
  const stream = new PassThrough();
  let current: Readable | undefined;
  const fail = (error: unknown) => stream.destroy(error as Error);
  zip.on("error", fail);
  zip.outputStream.on("error", fail);
  zip.outputStream.pipe(stream);
  for (const entry of entries) {
    if ("text" in entry) {
      zip.addBuffer(Buffer.from(entry.text), entry.name, asIs);
      continue;
    }
    zip.addReadStreamLazy(entry.name, sized(entry.size), (use) => {
      entry.open().then((body) => {
        current = body as Readable;
        current.on("error", fail);
        if (stream.destroyed) current.destroy();
        else use(null, current);
      }, fail);
    });
  }
  zip.end();
  return {
    stream,
    close() {
      stream.destroy();
      current?.destroy();
    },
  };
}

function sized(size: number | undefined) {
  return size === undefined ? asIs : { ...asIs, size };
}
