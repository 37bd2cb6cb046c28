// Whatever proxy the shell names, no call to this machine goes through it. Node 20 uses none by
// itself; CI runs this with later ones, too.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";

const asked: string[] = [];
const proxy = createServer(({ url = "" }, answer) => {
  asked.push(url);
  answer.writeHead(502).end();
}).on("connect", ({ url = "" }, socket) => {
  asked.push(url);
  socket.destroy();
});
const service = createServer((_, answer) => {
  answer.writeHead(200, { "content-type": "application/json" });
  answer.end(JSON.stringify({ items: [], next: null }));
});

beforeAll(async () => {
  for (const [server, host] of [
    [proxy, "127.0.0.1"],
    [service, "0.0.0.0"],
  ] as const) {
    server.listen(0, host);
    await once(server, "listening");
  }
});
afterAll(() => {
  for (const server of [proxy, service]) server.close();
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;

test.each(["127.0.0.1", "localhost", "127.0.0.2"])("%s is called directly", async (host) => {
  const address = `http://127.0.0.1:${portOf(proxy)}`;
  const names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"];
  const { code } = await runCli(["list"], {
    env: {
      ...Object.fromEntries(names.map((name) => [name, address])),
      NODE_USE_ENV_PROXY: "1",
      NO_PROXY: "other.example",
      LONGSHORE_URL: `http://${host}:${portOf(service)}`,
      DATA_DIR: "/nonexistent",
    },
  });
  expect({ code, asked }).toEqual({ code: 0, asked: [] });
});
