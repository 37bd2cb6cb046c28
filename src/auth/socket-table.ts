// The kernel's tables of TCP sockets, /proc/net/tcp and /proc/net/tcp6 (proc(5)), which name the
// user of each socket.
import { readFile } from "node:fs/promises";
import { endianness } from "node:os";
import ipaddr from "ipaddr.js";

export interface SocketRow {
  uid: number;
  inode: string;
}

/** The address of a socket, and that of its peer. */
export interface Ends {
  own: { address: string; port: number };
  peer: { address: string; port: number };
}

export interface SocketTable {
  /** Only a socket that a process holds. */
  find(ends: Ends): SocketRow | undefined;
}

/** Returns an empty table where the system has none. */
export async function readSocketTable(): Promise<SocketTable> {
  const texts = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(readText));
  return socketTable(texts.join("\n"));
}

/** There may be thousands of rows: only those that are asked for are parsed. */
export function socketTable(text: string, order = endianness()): SocketTable {
  const lines = new Map<string, string>();
  for (const line of text.split("\n")) {
    const start = line.indexOf(": ") + 2;
    const end = line.indexOf(" ", line.indexOf(" ", start) + 1);
    lines.set(line.slice(start, end), line);
  }
  return {
    find(ends) {
      const line = keysOf(ends, order).map((key) => lines.get(key));
      return rowOf(line.find((found) => found !== undefined) ?? "");
    },
  };
}

/** A socket that its process has closed has user 0 and inode 0, and must not count as root's. */
function rowOf(line: string): SocketRow | undefined {
  const [, , , , , , , uid, , inode] = line.trim().split(/ +/);
  return inode === undefined || inode === "0" ? undefined : { uid: Number(uid), inode };
}

/** The two ends as the tables write them; IPv4 addresses are in both, mapped in the second. */
function keysOf({ own, peer }: Ends, order: "LE" | "BE"): string[] {
  const keyOf = (mapped: boolean) =>
    [own, peer].map(({ address, port }) => {
      const hex = hexOf(mapped ? mappedBytes(address) : plainBytes(address), order);
      return `${hex}:${port.toString(16).toUpperCase().padStart(4, "0")}`;
    });
  return [false, true].map((mapped) => keyOf(mapped).join(" "));
}

function plainBytes(address: string): number[] {
  return ipaddr.process(address).toByteArray();
}

function mappedBytes(address: string): number[] {
  const bytes = plainBytes(address);
  return bytes.length === 4 ? [...Array(10).fill(0), 255, 255, ...bytes] : bytes;
}

/** Four bytes at a time, in the order of the machine: 127.0.0.1 is 0100007F nearly everywhere. */
function hexOf(bytes: number[], order: "LE" | "BE"): string {
  const buffer = Buffer.from(bytes);
  return (order === "LE" ? buffer.swap32() : buffer).toString("hex").toUpperCase();
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "latin1");
  } catch {
    return "";
  }
}
