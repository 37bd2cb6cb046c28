import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** One connection over a line. */
export interface Connection {
  client: Socket;
  target: Socket;
  /** 0 for the first */
  number: number;
}

/**
 * A port of loopback that leads to another one. What the other one sends back goes to `relay`,
 * which passes it on to the client as it likes.
 */
export async function openLine(
  port: number,
  relay: (connection: Connection) => (bytes: Buffer) => void,
) {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    const target = connect(port, "127.0.0.1");
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
    target.on("data", relay({ client, target, number: connections++ }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: own } = server.address() as AddressInfo;
  return {
    port: own,
    url: `http://127.0.0.1:${own}`,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
