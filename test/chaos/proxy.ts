// A port that leads to Postgres, whose connections can be made to hang or to break.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface DatabaseProxy {
  port: number;
  /** Connections, old and new, transport nothing until `thaw`; neither side is told. */
  freeze(): void;
  thaw(): void;
  /** Breaks all connections. */
  drop(): void;
  close(): Promise<void>;
}

export async function startProxy(port: number, target: () => number): Promise<DatabaseProxy> {
  const pairs = new Set<[Socket, Socket]>();
  let frozen = false;

  const server = createServer((client) => {
    const upstream = connect(target(), "127.0.0.1");
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    forward(client, upstream);
    forward(upstream, client);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        pairs.delete(pair);
        for (const end of pair) end.destroy();
      });
      if (frozen) socket.pause();
    }
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");

  function forward(from: Socket, to: Socket): void {
    from.on("data", (bytes) => {
      if (to.write(bytes)) return;
      from.pause();
      to.once("drain", () => {
        if (!frozen) from.resume();
      });
    });
    from.on("end", () => to.end());
  }

  const drop = () => {
    for (const socket of [...pairs].flat()) socket.destroy();
  };
  return {
    port,
    freeze() {
      frozen = true;
      for (const socket of [...pairs].flat()) socket.pause();
    },
    thaw() {
      frozen = false;
      for (const socket of [...pairs].flat()) socket.resume();
    },
    drop,
    async close() {
      drop();
      server.close();
      await once(server, "close");
    },
  };
}
