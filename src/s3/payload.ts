import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { consuming, detachedBody } from "../storage/detached-body.ts";
import { type Chunked, dechunked } from "./aws-chunked.ts";
import type { Signing } from "./caller.ts";
import { announcedChecksums, type Checking } from "./checksums.ts";
import { S3Error } from "./s3-error.ts";

export interface Payload {
  body: Readable;
  /** bytes, as announced */
  size: number;
  /** headers that repeat the checksums, once the body has been read */
  checksums(): Record<string, string>;
}

const chunkedKinds: Record<string, Chunked> = {
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": { signed: true, trailers: false },
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": { signed: true, trailers: true },
  "STREAMING-UNSIGNED-PAYLOAD-TRAILER": { signed: false, trailers: true },
};

/** The decoded body. It fails at its end if it is not what was signed or announced. */
export function payloadOf(
  request: IncomingMessage,
  signing: Signing,
  checking = announcedChecksums(request.headers),
): Payload {
  const { payloadHash } = signing;
  const chunked = chunkedKinds[payloadHash];
  if (!chunked && payloadHash !== "UNSIGNED-PAYLOAD" && !/^[0-9a-f]{64}$/.test(payloadHash)) {
    throw new S3Error(
      "InvalidArgument",
      "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a supported streaming value, or a " +
        "valid sha256.",
    );
  }
  const size = lengthOf(
    request.headers[chunked ? "x-amz-decoded-content-length" : "content-length"],
  );
  const source = detachedBody(request);
  const plain = chunked ? dechunked(source, chunked, signing, checking) : source;
  const body = Readable.from(checked(plain, size, payloadHash, checking), { objectMode: false });
  body.on("close", () => source.destroy());
  return { body, size, checksums: () => checking.answered() };
}

async function* checked(
  source: AsyncIterable<Buffer>,
  size: number,
  payloadHash: string,
  checking: Checking,
): AsyncGenerator<Buffer> {
  const hash = /^[0-9a-f]{64}$/.test(payloadHash) ? createHash("sha256") : undefined;
  let seen = 0;
  for await (const chunk of source) {
    seen += chunk.length;
    if (seen > size)
      throw new S3Error("IncompleteBody", "The request body is longer than announced.");
    hash?.update(chunk);
    checking.update(chunk);
    yield chunk;
  }
  if (seen < size) throw new S3Error("IncompleteBody");
  if (hash && hash.digest("hex") !== payloadHash) throw new S3Error("XAmzContentSHA256Mismatch");
  await checking.verify();
}

function lengthOf(header: string | string[] | undefined): number {
  if (typeof header !== "string" || !/^\d{1,15}$/.test(header))
    throw new S3Error("MissingContentLength");
  return Number(header);
}

/** The body as text, at most `most` bytes. */
export async function textOf(
  request: IncomingMessage,
  signing: Signing,
  most: number,
  checking?: Checking,
): Promise<string> {
  const { body, size } = payloadOf(request, signing, checking);
  return consuming(body, () => {
    if (size > most)
      throw new S3Error("MalformedXML", `The document is longer than the allowed ${most} bytes.`);
    return text(body);
  });
}
