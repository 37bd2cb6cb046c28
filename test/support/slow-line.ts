import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A port of loopback that leads to another one, whose bytes come back no faster than this. */
export async function slowLine(to: { port: number; bytesPerSecond: number }) {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(to.port, "127.0.0.1");
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    client.pipe(target);
    target.on("data", async (bytes) => {
      target.pause();
      client.write(bytes);
      await pause((bytes.length / to.bytesPerSecond) * 1000);
      target.resume();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
