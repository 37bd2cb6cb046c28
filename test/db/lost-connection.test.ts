// A server that ends a connection in the moment in which it is ready.
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { openDb } from "../../src/db/client.ts";
import { UnavailableError } from "../../src/errors.ts";

const ready = Buffer.from("5200000008000000005a0000000549", "hex");
const ended = message("E", "SFATAL\0C57P01\0Mterminating connection\0\0");

function message(type: string, body: string): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, Buffer.from(body, "latin1")]);
}

test("a connection that is ended as it becomes ready rejects its transaction, and nothing else", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    // In one piece: the driver reads both before anything that waits for the connection goes on
    socket.once("data", () => socket.end(Buffer.concat([ready, ended])));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const db = openDb({ url: `postgres://somebody@127.0.0.1:${port}/x`, applicationName: "test" });
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  process.on("uncaughtExceptionMonitor", note);
  await expect(db.tx((query) => query("SELECT"))).rejects.toBeInstanceOf(UnavailableError);
  await db.close();
  process.off("uncaughtExceptionMonitor", note);
  expect(uncaught).toEqual([]);
  await new Promise((resolve) => server.close(resolve));
});
