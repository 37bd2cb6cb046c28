import { Socket } from "node:net";
import { DatabaseClosedError } from "./away.ts";

/** The sockets of a pool, so that connections on which nothing comes back can be broken off. */
export interface Sockets {
  /** for the driver: a socket for a new connection */
  open(): Socket;
  /** Returns a function that breaks off the connections which received nothing since. */
  mark(): () => void;
  /** Resolves when the connections that are open now are closed. */
  closed(): Promise<void>;
  /** Breaks off all connections; from now on every new one fails at once. */
  shut(): void;
}

export function makeSockets(): Sockets {
  const opened = new Set<Socket>();
  let isShut = false;

  return {
    open() {
      const socket = new Socket();
      opened.add(socket);
      socket.once("close", () => opened.delete(socket));
      if (isShut) setImmediate(() => socket.destroy(new DatabaseClosedError()));
      return socket;
    },
    mark() {
      const received = new Map([...opened].map((socket) => [socket, socket.bytesRead]));
      return () => {
        for (const [socket, bytes] of received) if (socket.bytesRead === bytes) socket.destroy();
      };
    },
    async closed() {
      await Promise.all([...opened].map(untilClosed));
    },
    shut() {
      isShut = true;
      for (const socket of opened) socket.destroy();
    },
  };
}

function untilClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
