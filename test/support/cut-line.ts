import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A port of loopback that leads to another one. The first connections break after so many bytes of
 * what comes back, one number for each; later ones do not.
 */
export async function cutLine(port: number, cuts: readonly number[]) {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    const target = connect(port, "127.0.0.1");
    let left = cuts[connections++] ?? Number.POSITIVE_INFINITY;
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
    target.on("data", (bytes: Buffer) => {
      if (bytes.length < left) client.write(bytes);
      else client.end(bytes.subarray(0, left), () => client.resetAndDestroy());
      left -= bytes.length;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
