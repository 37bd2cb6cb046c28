// The entries of INPUT_HOSTS: how they are written, and which hosts they match.
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** In front of an entry of a list of hosts: no such host, whatever the other entries say. */
export const barredMark = "!";

/**
 * One of INPUT_HOSTS, such as `*.example.org`, `data.example.org:8080`, `10.1.*` or
 * `[::1]:9000`.
 */
export interface Entry {
  kind: "name" | "address";
  pattern: string;
  /** undefined: every port */
  port: number | undefined;
}

/** Whether an entry can match a host at all. */
export function isHostPattern(text: string): boolean {
  if (!/^[\w.*:[\]-]+$/.test(text)) return false;
  const { kind, pattern, port = 0 } = readEntry(text);
  const isAddress = isIP(pattern) !== 0 || pattern.includes("*");
  return port <= 65_535 && (kind === "address" ? isAddress : !/[[\]:]/.test(pattern));
}

/** `barred`: those that begin with `!`, which count whatever the others say. */
export function readEntries(inputHosts: readonly string[]): { listed: Entry[]; barred: Entry[] } {
  const isBarred = (text: string) => text.startsWith(barredMark);
  return {
    listed: inputHosts.filter((text) => !isBarred(text)).map(readEntry),
    barred: inputHosts.filter(isBarred).map((text) => readEntry(text.slice(barredMark.length))),
  };
}

export function readEntry(text: string): Entry {
  // IPv6 addresses with a port are in brackets.
  const [, host = text, port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(text) ?? [];
  const pattern = bare(host);
  // No top-level domain is a number, so no name consists of digits and dots.
  const kind = /^\d[\d.*]*$|:/.test(pattern) ? "address" : "name";
  return {
    kind,
    pattern: isIP(pattern) === 0 ? pattern : canonical(pattern),
    port: port === undefined ? undefined : Number(port),
  };
}

export function matchesName(
  { kind, pattern, port: only }: Entry,
  name: string,
  port: number,
): boolean {
  return kind === "name" && (only ?? port) === port && matches(pattern, name);
}

export function matchesAddress(
  { kind, pattern, port: only }: Entry,
  address: string,
  port: number,
): boolean {
  const isListed = kind === "address" && (only ?? port) === port;
  return isListed && matches(pattern, canonical(address));
}

/** As addresses are compared: IPv4 also where mapped into IPv6, and IPv6 in its short form. */
export function canonical(address: string): string {
  return ipaddr.process(address).toString();
}

/** `*` in a pattern matches any characters. Each part is searched once: a name may be long. */
export function matches(pattern: string, text: string): boolean {
  const [first = "", ...middle] = pattern.split("*");
  const last = middle.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of middle) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

export function bare(host: string): string {
  return host
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}
