// The encoding "aws-chunked": `size;chunk-signature=…` and the bytes, repeated, then an empty chunk
// and optional trailers. Each signature covers the one before.
import { createHash } from "node:crypto";
import { sameText } from "../secrets.ts";
import type { Signing } from "./caller.ts";
import type { Checking } from "./checksums.ts";
import { Incoming } from "./incoming.ts";
import { S3Error } from "./s3-error.ts";
import { signText } from "./signature.ts";

export interface Chunked {
  signed: boolean;
  trailers: boolean;
}

const longestLine = 4096;
const hashOfNothing = createHash("sha256").digest("hex");

/**
 * The bytes of the chunks. A chunk's signature can be checked only at its end, so nothing may be
 * stored under its name before the whole body has ended.
 */
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
      previous = checkedSignature(signing, signature, "PAYLOAD", [
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
  checkedSignature(signing, signature, "TRAILER", [previous, hash]);
}

function checkedSignature(
  { signer }: Signing,
  given: string | undefined,
  kind: "PAYLOAD" | "TRAILER",
  hashes: string[],
): string {
  if (!signer || given === undefined) throw new S3Error("SignatureDoesNotMatch");
  const lines = [`AWS4-HMAC-SHA256-${kind}`, signer.longDate, signer.credentialScope, ...hashes];
  const signature = signText(signer, lines.join("\n"));
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
  return new S3Error("IncompleteBody", "The body is not valid aws-chunked.");
}
