// Which hosts our code may read from. URLs come from users, so both the host's name and its address
// are checked.
import { type LookupAddress, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { RequestError } from "../errors.ts";

/**
 * Throws `RequestError` unless the scheme is http(s) and the allow-list (INPUT_HOSTS) contains the
 * URL's host, and its address if that is private.
 */
export function assertAllowed(url: URL | string, inputHosts: readonly string[]): void {
  const { protocol, hostname, port } = readUrl(url);
  if (protocol !== "http:" && protocol !== "https:") {
    throw forbidden(
      `Inputs are read by http and https, not by ${JSON.stringify(protocol.replace(":", ""))}.`,
    );
  }
  const realPort = port || (protocol === "https:" ? "443" : "80");
  if (!inputHosts.some((entry) => names(entry, hostname, realPort))) {
    throw forbidden(
      `The host ${JSON.stringify(hostname)} is not in INPUT_HOSTS, ` +
        "the list of hosts that inputs may come from.",
    );
  }
  const literal = bare(hostname);
  if (ipaddr.isValid(literal)) assertAddress(literal, hostname, inputHosts);
}

/** A `dns.lookup` that returns only addresses that the allow-list permits. */
export function checkedLookup(inputHosts: readonly string[]): LookupFunction {
  return (hostname, options, answer) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return answer(error, []);
      const [first, ...others] = addresses;
      if (!first) return answer(new Error(`${hostname} has no address.`), []);
      try {
        for (const { address } of addresses) assertAddress(address, hostname, inputHosts);
      } catch (refused) {
        return answer(refused as Error, []);
      }
      return options.all
        ? answer(null, [first, ...others] satisfies LookupAddress[])
        : answer(null, first.address, first.family);
    });
  };
}

/**
 * Loopback, private, link-local and similar addresses are refused unless the list contains the
 * address itself (`10.1.*`, `127.0.0.1`, `localhost`).
 */
function assertAddress(address: string, hostname: string, inputHosts: readonly string[]): void {
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (range === "unicast") return;
  const allowed = inputHosts.some((entry) => namesAddress(hostOf(entry), parsed.toString(), range));
  if (allowed) return;
  throw forbidden(
    `The host ${JSON.stringify(hostname)} has the address ${parsed.toString()} (${range}), ` +
      "which is not public: INPUT_HOSTS must contain that address too.",
  );
}

function namesAddress(pattern: string, address: string, range: string): boolean {
  if (pattern === "localhost") return range === "loopback";
  return /^[\d[]/.test(pattern) && glob(bare(pattern)).test(address);
}

function names(entry: string, hostname: string, port: string): boolean {
  const wantedPort = portOf(entry);
  return (
    (wantedPort === undefined || wantedPort === port) &&
    glob(bare(hostOf(entry))).test(bare(hostname))
  );
}

function glob(pattern: string): RegExp {
  const parts = pattern.toLowerCase().split("*");
  return new RegExp(`^${parts.map((part) => part.replace(/[.[\]:-]/g, "\\$&")).join(".*")}$`);
}

function hostOf(entry: string): string {
  return entry.replace(/:\d+$/, "").toLowerCase();
}

/** The port of `host:8080` or `[::1]:8080`; IPv6 addresses are in brackets. */
function portOf(entry: string): string | undefined {
  return /:(\d+)$/.exec(entry)?.[1];
}

function bare(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}

function readUrl(url: URL | string): URL {
  if (url instanceof URL) return url;
  try {
    return new URL(url);
  } catch {
    throw new RequestError(400, "bad_input", `${JSON.stringify(url.slice(0, 200))} is not a URL.`);
  }
}

function forbidden(sentence: string): RequestError {
  return new RequestError(403, "forbidden", sentence);
}
