import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";

const sampleBytes = 1024 * 1024;

/** The first text of a file, unpacked, and whether that is all of it. */
export async function sampleOf(
  path: string,
  gzip: boolean,
): Promise<{ text: string; whole: boolean }> {
  const file = createReadStream(path);
  const stream = gzip ? file.pipe(createGunzip()) : file;
  file.on("error", (error) => stream.destroy(error));
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of stream) {
      parts.push(part as Buffer);
      size += (part as Buffer).length;
      if (size > sampleBytes) break;
    }
  } finally {
    file.destroy();
  }
  const text = Buffer.concat(parts)
    .toString("utf8")
    .replace(/^\ufeff/, "");
  return { text, whole: size <= sampleBytes };
}
