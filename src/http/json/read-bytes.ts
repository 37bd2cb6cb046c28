import type { IncomingMessage } from "node:http";
import { RequestError } from "../../errors.ts";
import { incomplete, tooLarge } from "../../json/refusals.ts";
import { JsonScan, type ScanRules, scannedFromBytes } from "../../json/scan.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
const megabyte = 1024 * 1024;

/**
 * The body, which is no longer read once it is refused for its length or, with `rules`, for what
 * its JSON has.
 */
export function readBytes(
  request: IncomingMessage,
  limitMegabytes: number,
  rules?: ScanRules,
): Promise<Buffer> {
  const limit = limitMegabytes * megabyte;
  if (announcedBytes(request) > limit) return Promise.reject(tooLarge(limitMegabytes));
  const scanned = rules && scanLater(rules);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      try {
        if (size > limit) throw tooLarge(limitMegabytes);
        scanned?.(chunk);
      } catch (error) {
        request.off("data", take);
        request.pause();
        reject(error);
      }
    };
    request.on("data", take);
    request.on("end", () =>
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
    );
    request.on("close", () => {
      if (!request.complete) reject(incomplete());
    });
  });
}

/** Scans nothing of a small body. */
function scanLater(rules: ScanRules): (chunk: Buffer) => void {
  const scan = new JsonScan(rules);
  let unread: Buffer[] = [];
  let size = 0;
  return (chunk) => {
    size += chunk.length;
    unread.push(chunk);
    if (size <= scannedFromBytes) return;
    for (const bytes of unread) scan.feed(bytes);
    unread = [];
  };
}

/** By the headers; 0 if they do not have it. */
export function announcedBytes({ headers }: IncomingMessage): number {
  return Number(headers["content-length"] ?? 0);
}

export function decodeUtf8(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new RequestError(400, "bad_encoding", "The body is not valid UTF-8.", [
      { pointer: "", detail: (error as Error).message },
    ]);
  }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RequestError(
      400,
      "bad_json",
      `The body is not valid JSON: ${(error as Error).message}.`,
    );
  }
}
