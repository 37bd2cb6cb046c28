// The framing "aws-chunked": `size;chunk-signature=…`, the bytes, an empty chunk, and perhaps trailers. Each signature covers the one before.
import { createHash } from "node:crypto";
import type { Checking } from "./checksums.ts";
import { Incoming } from "./incoming.ts";
import type { Signing } from "./payload.ts";
import { S3Error } from "./s3-error.ts";
import { sameText } from "./signature.ts";

export interface Chunked {
  signed: boolean;
  trailers: boolean;
}

const longestLine = 4096;
const hashOfNothing = createHash("sha256").digest("hex");

/** The bytes of the chunks. A chunk's signature is known to be good only at its end: whoever stores them waits for the end of all. */
export async function* dechunked(
  source: AsyncIterable<Buffer>,
  kind: Chunked,
  signing: Signing,
  checking: Checking,
): AsyncGenerator<Buffer> {
  const incoming = new Incoming(source);
  let previous = signing.signature ?? "";
  for (;;) {
    const { size, signature } = readHead(await incoming.line(longestLine));
    const hash = createHash("sha256");
    for await (const piece of incoming.take(size)) {
      if (kind.signed) hash.update(piece);
      yield piece;
    }
    if (kind.signed)
      previous = await checkedSignature(signing, signature, "PAYLOAD", [
        previous,
        hashOfNothing,
        hash.digest("hex"),
      ]);
    if (size === 0) break;
    if ((await incoming.line(longestLine)) !== "") throw malformed();
  }
  await readTrailers(incoming, kind, signing, checking, previous);
}

async function readTrailers(
  incoming: Incoming,
  kind: Chunked,
  signing: Signing,
  checking: Checking,
  previous: string,
): Promise<void> {
  const lines: string[] = [];
  let signature: string | undefined;
  for (
    let line = await incoming.lineOrEnd(longestLine);
    line;
    line = await incoming.lineOrEnd(longestLine)
  ) {
    const at = line.indexOf(":");
    const [name, value] = [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()];
    if (at < 1 || !kind.trailers || lines.length > 20) throw malformed();
    if (name === "x-amz-trailer-signature") signature = value;
    else {
      lines.push(`${name}:${value}\n`);
      checking.trailer(name, value);
    }
  }
  if (!kind.signed || !kind.trailers) return;
  const hash = createHash("sha256").update(lines.join("")).digest("hex");
  await checkedSignature(signing, signature, "TRAILER", [previous, hash]);
}

async function checkedSignature(
  { expected }: Signing,
  given: string | undefined,
  what: "PAYLOAD" | "TRAILER",
  parts: string[],
): Promise<string> {
  if (!expected || given === undefined) throw new S3Error("SignatureDoesNotMatch");
  const text = [
    `AWS4-HMAC-SHA256-${what}`,
    expected.longDate,
    expected.credentialScope,
    ...parts,
  ].join("\n");
  const signature = await expected.ofText(text);
  if (!sameText(given, signature)) throw new S3Error("SignatureDoesNotMatch");
  return signature;
}

function readHead(line: string): { size: number; signature?: string | undefined } {
  const [, size, signature] =
    /^([0-9a-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line) ?? [];
  if (size === undefined) throw malformed();
  return { size: Number.parseInt(size, 16), signature };
}

function malformed(): S3Error {
  return new S3Error("IncompleteBody", "The body is not framed as aws-chunked.");
}
