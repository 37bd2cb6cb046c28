import { S3Error } from "./s3-error.ts";

/** Reads a stream of bytes by lines and by counts. */
export class Incoming {
  private readonly source: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.source = source[Symbol.asyncIterator]();
  }

  async line(most: number): Promise<string> {
    const line = await this.lineOrEnd(most);
    if (line === undefined) throw new S3Error("IncompleteBody");
    return line;
  }

  /** Without its CRLF; undefined at the end of the stream. */
  async lineOrEnd(most: number): Promise<string | undefined> {
    for (;;) {
      const end = this.rest.indexOf("\r\n");
      if (end !== -1) {
        const line = this.rest.subarray(0, end).toString();
        this.rest = this.rest.subarray(end + 2);
        return line;
      }
      if (this.rest.length > most)
        throw new S3Error("IncompleteBody", "The body is not valid aws-chunked.");
      const next = await this.source.next();
      if (next.done) return undefined;
      this.rest = Buffer.concat([this.rest, next.value]);
    }
  }

  async *take(bytes: number): AsyncGenerator<Buffer> {
    for (let missing = bytes; missing > 0; ) {
      if (this.rest.length === 0) {
        const next = await this.source.next();
        if (next.done) throw new S3Error("IncompleteBody");
        this.rest = next.value;
      }
      const piece = this.rest.subarray(0, missing);
      this.rest = this.rest.subarray(piece.length);
      missing -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }
}
