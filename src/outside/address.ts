// Which hosts our code may read from. URLs come from users, so both the host's name and its address
// are checked.
import { type LookupAddress, type LookupAllOptions, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { RequestError } from "../errors.ts";

/** In front of an entry of a list of hosts: no such host, whatever the other entries say. */
export const barredMark = "!";

/**
 * Throws `RequestError` unless the scheme is http(s) and the allow-list (INPUT_HOSTS) contains the
 * URL's host: its name, or its address if it is one.
 */
export function assertAllowed(url: URL | string, inputHosts: readonly string[]): void {
  const { protocol, hostname, port } = readUrl(url);
  if (protocol !== "http:" && protocol !== "https:") {
    throw forbidden(
      `Inputs are read by http and https, not by ${JSON.stringify(protocol.replace(":", ""))}.`,
    );
  }
  const host = bare(hostname);
  const realPort = Number(port || (protocol === "https:" ? 443 : 80));
  const { listed, barred } = readEntries(inputHosts);
  const matchesHost = isIP(host) === 0 ? matchesName : matchesAddress;
  if (barred.some((entry) => matchesHost(entry, host, realPort))) throw barredHost(hostname);
  if (!listed.some((entry) => matchesHost(entry, host, realPort))) {
    throw forbidden(
      `The host ${JSON.stringify(hostname)} is not in INPUT_HOSTS, ` +
        "the list of hosts that inputs may come from.",
    );
  }
}

/**
 * Whether the URL's host may be one of these, as INPUT_HOSTS has them; an S3 bucket is at Amazon.
 * The usual port of another scheme is not known: an entry with any port counts then.
 */
export function isHostOf(url: URL, hosts: readonly string[]): boolean {
  const name = decodedHost(url.hostname);
  if (name === undefined) return hosts.length > 0;
  const host = bare(url.protocol === "s3:" ? `${name}.s3.amazonaws.com` : name);
  const port = url.port === "" ? usualPorts[url.protocol] : Number(url.port);
  const matchesHost = isIP(host) === 0 ? matchesName : matchesAddress;
  return hosts.map(readEntry).some((entry) => matchesHost(entry, host, port ?? entry.port ?? 0));
}

const usualPorts: Record<string, number> = { "http:": 80, "https:": 443, "s3:": 443 };

/** URL leaves the hosts of schemes that it does not know as they are. */
function decodedHost(host: string): string | undefined {
  try {
    return decodeURIComponent(host);
  } catch {
    return undefined;
  }
}

export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Gives a `dns.lookup` for connections to a port that returns only addresses which the allow-list
 * permits. `resolve` is what it asks. The addresses of barred names are known for some seconds.
 */
export function checkedLookups(
  inputHosts: readonly string[],
  resolve: Resolve = lookup,
): (port: number) => LookupFunction {
  const { listed, barred } = readEntries(inputHosts);
  const addressesOf = makeAddresses(resolve);
  return (port) => {
    const shutHere = barred.filter((entry) => (entry.port ?? port) === port);
    const check = async (hostname: string, addresses: readonly LookupAddress[]) => {
      for (const { address } of addresses) assertAddress(address, hostname, port, listed);
      const shut = [...shutHere, ...(await addressesOf(shutHere))];
      refuseBarred(addresses, shut, { hostname, port });
    };
    return (hostname, options, answer) => {
      resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return answer(error, []);
        const [first, ...others] = addresses;
        if (!first) return answer(new Error(`${hostname} has no address.`), []);
        const give = () =>
          options.all
            ? answer(null, [first, ...others])
            : answer(null, first.address, first.family);
        check(hostname, addresses).then(give, (refused: Error) => answer(refused, []));
      });
    };
  };
}

function refuseBarred(
  addresses: readonly LookupAddress[],
  barred: readonly Entry[],
  { hostname, port }: { hostname: string; port: number },
): void {
  const isBarred = ({ address }: LookupAddress) =>
    barred.some((entry) => matchesAddress(entry, address, port));
  if (addresses.some(isBarred)) throw barredHost(hostname);
}

/** There may be many barred names, and a system looks few up at once. */
const keptMilliseconds = 5_000;

/** Another name of a barred host leads to it, too. */
function makeAddresses(resolve: Resolve): (barred: readonly Entry[]) => Promise<Entry[]> {
  const known = new Map<string, { found: Promise<string[]>; until: number }>();

  function addressesOfKnown(name: string): Promise<string[]> {
    const kept = known.get(name);
    if (kept && performance.now() < kept.until) return kept.found;
    const found = addressesOfName(name, resolve);
    known.set(name, { found, until: performance.now() + keptMilliseconds });
    // What is not known now is asked again.
    found.catch(() => known.delete(name));
    return found;
  }

  return async (barred) => {
    const named = barred.filter(({ kind, pattern }) => kind === "name" && !pattern.includes("*"));
    const found = await Promise.all(
      named.map(async ({ pattern, port }) =>
        (await addressesOfKnown(pattern)).map(
          (address): Entry => ({ kind: "address", pattern: canonical(address), port }),
        ),
      ),
    );
    return found.flat();
  };
}

/** None of a name that does not exist. Rejects where the answer is not known now. */
function addressesOfName(name: string, resolve: Resolve): Promise<string[]> {
  return new Promise((done, fail) =>
    resolve(name, { all: true }, (error, addresses) => {
      if (error && error.code !== "ENOTFOUND") return fail(error);
      done(error ? [] : addresses.map(({ address }) => address));
    }),
  );
}

/** Of INPUT_HOSTS, such as `*.example.org`, `data.example.org:8080`, `10.1.*` or `[::1]:9000`. */
interface Entry {
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
function readEntries(inputHosts: readonly string[]): { listed: Entry[]; barred: Entry[] } {
  const isBarred = (text: string) => text.startsWith(barredMark);
  return {
    listed: inputHosts.filter((text) => !isBarred(text)).map(readEntry),
    barred: inputHosts.filter(isBarred).map((text) => readEntry(text.slice(barredMark.length))),
  };
}

function readEntry(text: string): Entry {
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

/**
 * A name may resolve to public addresses. Loopback, private, link-local and similar ones are
 * refused unless the list contains the address itself, for this port. `localhost` is loopback.
 */
function assertAddress(address: string, name: string, port: number, entries: Entry[]): void {
  const range = ipaddr.process(address).range();
  if (range === "unicast") return;
  if (range === "loopback" && bare(name) === "localhost") return;
  if (entries.some((entry) => matchesAddress(entry, address, port))) return;
  throw forbidden(
    `The host ${JSON.stringify(name)} has the address ${canonical(address)} (${range}), ` +
      "which is not public: INPUT_HOSTS must contain that address too, without a port or " +
      `with port ${port}.`,
  );
}

function matchesName({ kind, pattern, port: only }: Entry, name: string, port: number): boolean {
  return kind === "name" && (only ?? port) === port && matches(pattern, name);
}

function matchesAddress(
  { kind, pattern, port: only }: Entry,
  address: string,
  port: number,
): boolean {
  const isListed = kind === "address" && (only ?? port) === port;
  return isListed && matches(pattern, canonical(address));
}

/** As addresses are compared: IPv4 also where mapped into IPv6, and IPv6 in its short form. */
function canonical(address: string): string {
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

function readUrl(url: URL | string): URL {
  if (url instanceof URL) return url;
  try {
    return new URL(url);
  } catch {
    throw new RequestError(400, "bad_input", `${JSON.stringify(url.slice(0, 200))} is not a URL.`);
  }
}

/** The code of the refusal of a host that is bound to groups. */
export const barredCode = "barred";

function barredHost(hostname: string): RequestError {
  const sentence = `The host ${JSON.stringify(hostname)} is for members of a group alone.`;
  return new RequestError(403, barredCode, sentence);
}

function forbidden(sentence: string): RequestError {
  return new RequestError(403, "forbidden", sentence);
}
