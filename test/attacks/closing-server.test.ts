// A server ends its answers by closing the connection, while the reader is slower than the network:
// the client in the worker asserted on that, and every file the worker held was lost with it.
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { downloadAllowed, downloadTrusted } from "../../src/inputs/remote.ts";
import { temporaryFolder } from "../support/folder.ts";

const folder = temporaryFolder("closing-server");
const content = "1234567\n".repeat(500_000);
let server: Server;
let origin: string;

/** The first line of a request says what the answer is like. */
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (bytes) => {
      const asked = bytes.toString("latin1");
      const length = asked.includes("with-length") ? `Content-Length: ${content.length}\r\n` : "";
      const body = asked.includes("cut") ? content.slice(0, -1000) : content;
      socket.end(`HTTP/1.0 200 OK\r\nContent-Type: text/csv\r\n${length}\r\n${body}`);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const bounds = { hosts: ["127.0.0.1"], megabytes: 64, signal: AbortSignal.timeout(120_000) };

test.each([
  ["with a length", "with-length", downloadAllowed],
  ["without a length", "plain", downloadAllowed],
  ["with a length, by a URL of the service", "with-length", downloadTrusted],
])("an answer %s that ends by closing does not end the worker", async (_, path, download) => {
  const downloads = Array.from({ length: 12 }, async (_unused, at) => {
    const to = join(folder, `${path}-${at}`);
    expect(await download(`${origin}/${path}.csv`, to, bounds)).toBe(content.length);
    return readFileSync(to, "latin1") === content;
  });
  expect(await Promise.all(downloads)).toEqual(downloads.map(() => true));
});

test("an answer shorter than it says is never taken for the file", async () => {
  const download = downloadAllowed(`${origin}/cut-with-length.csv`, join(folder, "cut"), bounds);
  await expect(download).rejects.toMatchObject({ name: "InputError", class: "unavailable" });
});
