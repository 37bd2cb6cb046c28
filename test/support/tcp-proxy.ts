import { once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Socket } from "node:net";

/** Between a program and a server: holds up or loses what passes, as a network does. */
export interface TcpProxy {
  /** the server's URL, with the proxy in its place */
  url: string;
  /** Connections stay open and new ones are accepted, but nothing passes, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /**
   * The connections of now are half-open for good: the server's side is gone, and the client's side
   * gets neither an answer nor an end. New ones are served.
   */
  dropSilently(): void;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  server: Socket | undefined;
}

export async function startTcpProxy(serverUrl: string): Promise<TcpProxy> {
  const target = new URL(serverUrl);
  const pairs = new Set<Pair>();
  const dropped = new Set<Socket>();
  let isFrozen = false;

  const listener = createServer({ pauseOnConnect: true }, (client) => {
    const pair: Pair = { client, server: undefined };
    pairs.add(pair);
    client.on("error", () => end(pair));
    client.on("close", () => end(pair));
    if (!isFrozen) join(pair);
  });

  function join(pair: Pair): void {
    const { client } = pair;
    if (pair.server === undefined) {
      const server = dial(Number(target.port), target.hostname);
      pair.server = server;
      server.on("error", () => end(pair));
      // It has sent all that it had; what the client has not read yet is still delivered.
      server.on("close", () => {
        if (pairs.has(pair)) client.end();
      });
    }
    client.pipe(pair.server);
    pair.server.pipe(client);
  }

  function part({ client, server }: Pair): void {
    client.unpipe();
    client.pause();
    server?.unpipe();
    server?.pause();
  }

  function end(pair: Pair): void {
    if (!pairs.delete(pair)) return;
    pair.client.destroy();
    pair.server?.destroy();
  }

  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const url = new URL(serverUrl);
  url.hostname = "127.0.0.1";
  url.port = String((listener.address() as AddressInfo).port);
  return {
    url: url.href,
    freeze() {
      isFrozen = true;
      for (const pair of pairs) part(pair);
    },
    thaw() {
      isFrozen = false;
      for (const pair of pairs) join(pair);
    },
    dropSilently() {
      for (const pair of pairs) {
        part(pair);
        pairs.delete(pair);
        pair.server?.destroy();
        dropped.add(pair.client);
      }
    },
    async close() {
      for (const pair of pairs) end(pair);
      for (const client of dropped) client.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}
