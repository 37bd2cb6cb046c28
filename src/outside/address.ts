// Which hosts our code may read from. URLs come from users, so both the host's name and its address
// are checked.
import { type LookupAddress, type LookupAllOptions, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { RequestError } from "../errors.ts";
import {
  bare,
  canonical,
  type Entry,
  matchesAddress,
  matchesName,
  readEntries,
  readEntry,
} from "./host-entries.ts";

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
