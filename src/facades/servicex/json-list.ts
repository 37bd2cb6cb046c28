import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

const chunkCharacters = 64 * 1024;

/**
 * `{…head, "<name>": [ … ]}`, as fast as its reader takes it; memory holds a chunk. A failure after
 * the first chunk breaks the connection; one before it is thrown, and may still get a response.
 */
export async function writeJsonList(
  response: ServerResponse,
  name: string,
  items: AsyncIterable<unknown>,
  head: Record<string, unknown> = {},
): Promise<void> {
  const chunks = chunksOf(name, items, head);
  const first = await chunks.next();
  response.writeHead(200, { "content-type": "application/json; charset=utf-8" });
  const rest = async function* () {
    if (!first.done) yield first.value;
    yield* chunks;
  };
  await pipeline(rest, response).catch((error: NodeJS.ErrnoException) => {
    // The reader has gone.
    if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  });
}

async function* chunksOf(
  name: string,
  items: AsyncIterable<unknown>,
  head: Record<string, unknown>,
): AsyncGenerator<string> {
  const fields = Object.entries(head).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},`,
  );
  let text = `{${fields.join("")}${JSON.stringify(name)}:[`;
  let separator = "";
  for await (const item of items) {
    text += separator + JSON.stringify(item);
    separator = ",";
    if (text.length < chunkCharacters) continue;
    yield text;
    text = "";
  }
  yield `${text}]}\n`;
}
