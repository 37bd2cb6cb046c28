// Where a call comes from: the other end of its connection, or what proxies that are trusted say.
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import proxyAddr from "proxy-addr";

/** Returns an IP address; undefined for a connection that has closed. */
export type ClientAddress = (request: IncomingMessage) => string | undefined;

/** `proxies`: TRUSTED_PROXIES. The header of a call that comes from none of them is not read. */
export function clientAddresses(proxies: readonly string[]): ClientAddress {
  const isTrusted = proxyAddr.compile([...proxies]);
  return (request) => {
    const { remoteAddress } = request.socket;
    if (remoteAddress === undefined) return undefined;
    // From here outwards, as far as the first that is not trusted, which may be the other end
    // itself: then the header counts for nothing. A proxy passes on any text.
    const known = proxyAddr.all(request, isTrusted).findLast((address) => isIP(address) !== 0);
    return plain(known ?? remoteAddress);
  };
}

/** A socket for both versions of IP writes the older one within the newer. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
