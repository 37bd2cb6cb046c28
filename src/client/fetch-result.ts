// Fetches one result into a new file, over as many connections as it takes.
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { retryAfterOf, StoreError, UnreachableError, unreachable } from "./errors.ts";
import { type RetryOptions, withRetries } from "./retry.ts";
import type { ResultView } from "./views.ts";

/** Rejects unless the file has the size and the checksum that the service recorded. */
export async function fetchResult(
  result: ResultView,
  path: string,
  { onBytes, ...retries }: RetryOptions & { onBytes?: OnBytes },
): Promise<void> {
  const file = await open(path, "wx");
  try {
    const received = nothing();
    // A call that brings more bytes ends well, so patience begins again with the next one.
    const receiveMore = () => receive(result, file, received, retries.signal, onBytes);
    do await withRetries(receiveMore, retries);
    while (received.size < result.size);
    if (result.checksum !== null && received.hash.digest("hex") !== result.checksum)
      throw new Error(`The result ${JSON.stringify(result.name)} has a different checksum here.`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

type OnBytes = ((bytes: number) => void) | undefined;

interface Received {
  /** bytes in the file */
  size: number;
  /** most bytes that were ever in it */
  most: number;
  hash: Hash;
  /** the store's mark of this content */
  etag: string | null;
}

function nothing(): Received {
  return { size: 0, most: 0, hash: createHash("sha256"), etag: null };
}

/** Resolves when there are more bytes than ever before, though perhaps not all. */
async function receive(
  result: ResultView,
  file: FileHandle,
  received: Received,
  signal: AbortSignal | undefined,
  onBytes: OnBytes,
): Promise<void> {
  const response = await askForRest(result, received, signal);
  if (response.status !== 206) Object.assign(received, { ...nothing(), most: received.most });
  const etag = response.headers.get("etag");
  if (response.status === 206 && etag !== null && etag !== received.etag) {
    await response.body?.cancel();
    Object.assign(received, { ...nothing(), most: received.most });
    throw new UnreachableError(originOf(result), "it sent the rest of another object", ofResult);
  }
  received.etag = etag;
  try {
    for await (const chunk of bytesOf(response, result)) {
      if (received.size + chunk.length > result.size) throw tooLong(result);
      await writeAll(file, chunk, received.size);
      received.hash.update(chunk);
      received.size += chunk.length;
      onBytes?.(chunk.length);
    }
    if (received.size < result.size) throw cut(result, received);
  } catch (error) {
    if (!(error instanceof UnreachableError) || received.size <= received.most) throw error;
  }
  received.most = Math.max(received.most, received.size);
}

/** Without a mark of the content, another one could follow: all of it is asked for. */
async function askForRest(
  result: ResultView,
  { size, etag }: Received,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const headers = new Headers();
  if (size > 0 && etag !== null) {
    headers.set("range", `bytes=${size}-`);
    headers.set("if-range", etag);
  }
  const { name, url } = result;
  const response = await fetch(url, { headers, ...(signal && { signal }) }).catch((error) => {
    throw unreachable(originOf(result), error, ofResult);
  });
  const { status } = response;
  const isRest =
    status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${size}-`);
  if (status === 200 || isRest) return response;
  await response.body?.cancel();
  throw new StoreError(name, status, retryAfterOf(response));
}

async function* bytesOf({ body }: Response, result: ResultView): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body ?? []) yield chunk;
  } catch (error) {
    throw unreachable(originOf(result), error, ofResult);
  }
}

/** The service's own, or that of its store. */
function originOf({ url }: ResultView): string {
  return new URL(url).origin;
}

const ofResult = { isOfResult: true };

/** One call may write less, for example on a disk that fills up. */
async function writeAll(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, at, chunk.length - at, position + at);
    at += bytesWritten;
  }
}

function cut(result: ResultView, received: Received): UnreachableError {
  const why = `it sent only ${received.size} of ${result.size} bytes`;
  return new UnreachableError(originOf(result), why, ofResult);
}

function tooLong({ name, size }: ResultView): Error {
  return new Error(`The result ${JSON.stringify(name)} has more than ${size} bytes here.`);
}
