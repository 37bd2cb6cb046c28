/** A body that is longer than was allowed. */
export class TooLongError extends Error {}

/** All of a body; throws `TooLongError` as soon as it is longer. */
export async function readAtMost(body: AsyncIterable<Uint8Array>, bytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > bytes) throw new TooLongError(`more than ${bytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
