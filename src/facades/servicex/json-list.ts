import { once } from "node:events";
import type { ServerResponse } from "node:http";

const chunkCharacters = 64 * 1024;

/**
 * `{…head, "<name>": [ … ]}`, as fast as its reader takes it; memory holds a chunk. A failure after
 * the first byte ends the connection.
 */
export async function writeJsonList(
  response: ServerResponse,
  name: string,
  items: AsyncIterable<unknown>,
  head: Record<string, unknown> = {},
): Promise<void> {
  const fields = Object.entries(head).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},`,
  );
  let text = `{${fields.join("")}${JSON.stringify(name)}:[`;
  let first = true;
  for await (const item of items) {
    text += (first ? "" : ",") + JSON.stringify(item);
    first = false;
    if (text.length < chunkCharacters) continue;
    if (response.destroyed) return;
    begin(response);
    if (!response.write(text)) await drained(response);
    text = "";
  }
  begin(response);
  response.end(`${text}]}\n`);
}

/** Takes its listeners away: a slow reader may stall a long list hundreds of times. */
async function drained(response: ServerResponse): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  const [drain, close] = [once(response, "drain", { signal }), once(response, "close", { signal })];
  try {
    await Promise.race([drain, close]);
  } finally {
    settled.abort();
    await Promise.allSettled([drain, close]);
  }
}

/** Late, so that a failure before the first chunk still gets an error as its answer. */
function begin(response: ServerResponse): void {
  if (!response.headersSent)
    response.writeHead(200, { "content-type": "application/json; charset=utf-8" });
}
