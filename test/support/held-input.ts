import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A table on a web server that keeps whoever reads it waiting until it is released. */
export interface HeldInput {
  url: string;
  release(): void;
  close(): void;
}

const table = "a\n1\n";

export async function holdInput(): Promise<HeldInput> {
  const held: { method: string | undefined; response: ServerResponse }[] = [];
  let isReleased = false;
  const server = createServer(({ method }, response) => {
    if (isReleased) answer(method, response);
    else held.push({ method, response });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  function answer(method: string | undefined, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/csv", "content-length": table.length });
    response.end(method === "HEAD" ? undefined : table);
  }

  return {
    url: `http://127.0.0.1:${port}/held.csv`,
    release() {
      isReleased = true;
      for (const { method, response } of held.splice(0)) answer(method, response);
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
