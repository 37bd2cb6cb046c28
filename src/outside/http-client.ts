import { once } from "node:events";
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { checkedLookups, type Resolve } from "./address.ts";
import { bare, barredMark } from "./host-entries.ts";

export interface HttpReply {
  status: number;
  headers: IncomingHttpHeaders;
  /** to be read or destroyed; fails where the answer is cut off */
  body: IncomingMessage;
}

/** Reads from servers of others. Redirects are not followed. */
export interface HttpClient {
  get(
    url: URL,
    options: { signal: AbortSignal; headers?: Record<string, string> },
  ): Promise<HttpReply>;
  close(): void;
}

const mostSilentSeconds = 60;

/**
 * Connects only to addresses that INPUT_HOSTS permits, so that a host name cannot resolve to
 * another address after its check.
 */
export function allowedClient(inputHosts: readonly string[], resolve?: Resolve): HttpClient {
  return openClient(
    checkedLookups(inputHosts, resolve),
    inputHosts.some((host) => host.startsWith(barredMark)),
  );
}

/** For URLs that the service itself made. Its connections are never used for others. */
export function trustedClient(): HttpClient {
  return openClient();
}

function checkAddress(lookup: LookupFunction, address: string): Promise<void> {
  return new Promise((resolve, reject) =>
    lookup(address, { all: true }, (error) => (error ? reject(error) : resolve())),
  );
}

function openClient(lookupFor?: (port: number) => LookupFunction, hasBarred = false): HttpClient {
  const options = { keepAlive: true };
  const plain = { request: http.request, agent: new http.Agent(options), port: 80 };
  const secure = { request: https.request, agent: new https.Agent(options), port: 443 };

  const get: HttpClient["get"] = async (url, { signal, headers = {} }) => {
    const { request, agent, port } = url.protocol === "https:" ? secure : plain;
    // An agent keeps connections by host and port, so each was checked for its port.
    const lookup = lookupFor?.(Number(url.port || port));
    // Node asks no lookup about an address, which may be that of a barred host.
    const host = bare(url.hostname);
    if (lookup && hasBarred && isIP(host) !== 0) await checkAddress(lookup, host);
    const asked = request(url, {
      agent,
      headers,
      signal,
      timeout: mostSilentSeconds * 1000,
      ...(lookup && { lookup }),
    });
    let reply: IncomingMessage | undefined;
    asked.on("timeout", () => {
      (reply ?? asked).destroy(new Error(`nothing came for ${mostSilentSeconds} seconds`));
    });
    asked.end();
    try {
      [reply] = (await once(asked, "response")) as [IncomingMessage];
    } catch (error) {
      // The server closed the kept connection just when it was used again
      if (asked.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET")
        return get(url, { signal, headers });
      throw error;
    }
    // From here on the body reports what goes wrong, and nothing else listens to the request
    asked.on("error", () => undefined);
    return { status: reply.statusCode ?? 0, headers: reply.headers, body: reply };
  };

  const close = () => {
    plain.agent.destroy();
    secure.agent.destroy();
  };
  return { get, close };
}
