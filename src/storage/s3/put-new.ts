import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { assertSame, objectExists } from "../existing.ts";
import { meter, type PutOptions } from "../meter.ts";
import { ifExists } from "./errors.ts";
import { upload } from "./upload.ts";
import { hexOf, plainEtag } from "./words.ts";

interface Target {
  client: S3Client;
  target: { Bucket: string; Key: string };
  /** the store itself refuses names that are taken */
  onlyNew: boolean;
}

/** Puts an object, unless one has the name: then the content must be the same. */
export async function putNew(
  at: Target,
  name: string,
  body: Readable | Buffer,
  options: PutOptions,
): Promise<{ size: number; checksum: string; etag?: string }> {
  // A store that cannot refuse is asked before: a writer of the same moment is not seen.
  const existing = at.onlyNew ? undefined : await storedAt(at);
  const { isTaken, ...sent } = existing
    ? { ...(await measure(body, options)), isTaken: true }
    : await upload(at.client, at.target, body, { ...options, onlyNew: at.onlyNew });
  if (!isTaken) return sent;
  const stored = existing ?? (await storedAt(at));
  if (!stored) throw objectExists(name);
  assertSame(name, stored, sent, options.existing);
  return { size: sent.size, checksum: sent.checksum, ...(stored.etag && { etag: stored.etag }) };
}

/** With its checksum, for which an object of several parts is read. */
async function storedAt({ client, target }: Target) {
  const head = await ifExists(() =>
    client.send(new HeadObjectCommand({ ...target, ChecksumMode: "ENABLED" })),
  );
  if (!head) return undefined;
  const etag = head.ETag && plainEtag(head.ETag);
  const { checksum } = hexOf(head);
  if (checksum !== undefined) return { size: head.ContentLength ?? 0, checksum, etag };
  const found = await ifExists(() => client.send(new GetObjectCommand(target)));
  return found && { ...(await measure(found.Body as Readable)), etag };
}

/** Reads a body for its size and checksum alone. */
async function measure(body: Readable | Buffer, options: PutOptions = {}) {
  const { stream, result } = meter(options);
  const source = Buffer.isBuffer(body) ? Readable.from([body]) : body;
  await pipeline(source, stream, async (chunks: AsyncIterable<Buffer>) => {
    for await (const _ of chunks);
  });
  return result();
}
