// Whether the program at the other end of a connection runs as the service's own user. If that
// is in doubt, it does not: the caller then needs the token.
import { readlinkSync } from "node:fs";
import type { Socket } from "node:net";
import { type Ends, readSocketTable, type SocketTable } from "./socket-table.ts";

/** A table that changes while it is read may lack a socket that exists. */
const tries = 5;

/** What a user namespace shows for every user that it does not know. */
const overflowUid = 65_534;

export type IsOwnSocket = (socket: Socket) => Promise<boolean>;

export function makeIsOwnSocket(
  uid = process.geteuid?.(),
  readTable: () => Promise<SocketTable> = readSocketTable,
): IsOwnSocket {
  const nextTable = sharedReads(readTable);
  return async (socket) => {
    const inode = inodeOf(socket);
    const ends = endsOfConnection(socket);
    if (uid === undefined || uid === overflowUid || !inode || !ends) return false;
    for (let left = tries; left > 0; left -= 1) {
      const client = (await nextTable()).find(ends.client);
      if (client && client.uid !== uid) return false;
      // Read again: only while our end is still the same socket is that client its peer, and not a
      // later one that was given the port of a client that has left.
      const server = client && (await nextTable()).find(ends.server);
      if (server) return server.inode === inode;
    }
    return false;
  };
}

function endsOfConnection(socket: Socket): { client: Ends; server: Ends } | undefined {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (!remoteAddress || !remotePort || !localAddress || !localPort) return undefined;
  const peer = { address: remoteAddress, port: remotePort };
  const own = { address: localAddress, port: localPort };
  return { client: { own: peer, peer: own }, server: { own, peer } };
}

/**
 * Each call gets a read that begins after it; calls that wait for the same read share it. `read`
 * never rejects.
 */
function sharedReads<Result>(read: () => Promise<Result>): () => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<Result> | undefined;

  async function readAfter(previous: Promise<unknown>): Promise<Result> {
    await previous;
    next = undefined;
    return read();
  }

  return () => {
    if (next === undefined) {
      next = readAfter(last);
      last = next;
    }
    return next;
  };
}

/** Of a socket that is still open. */
function inodeOf(socket: Socket): string | undefined {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null || !("fd" in handle)) return undefined;
  if (typeof handle.fd !== "number" || handle.fd < 0) return undefined;
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${handle.fd}`))?.[1];
  } catch {
    return undefined;
  }
}
