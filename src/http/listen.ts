import { once } from "node:events";
import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import { Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { inWords } from "../system-problem.ts";

export interface Listening {
  url: string;
  /**
   * Accepts no more calls; those being answered have so many seconds to finish. May be called
   * twice.
   */
  close(seconds: number): Promise<void>;
}

/**
 * A prefix of 4,096 letters can be nine times as long in a URL, which Node's limit of 16 kB would
 * refuse.
 */
const maxHeaderSize = 65_536;

/** Of the API. `make`: with TLS, where there is. */
export function makeApiServer(app: RequestListener, make: MakeServer = createServer): Server {
  return make({ keepAliveTimeout: 30_000, maxHeaderSize }, app);
}

export type MakeServer = (options: ServerOptions, app: RequestListener) => Server;

/**
 * Rejects with a sentence when the address is unavailable. `setting` is the variable that names the
 * port.
 */
export async function listen(
  host: string,
  port: number,
  setting: string,
  answering: RequestListener | Server,
): Promise<Listening> {
  const server = typeof answering === "function" ? makeApiServer(answering) : answering;
  // Sidecars and benchmarks open thousands of connections at once; Node's 511 waiting ones would be
  // refused.
  server.listen({ host, port, backlog: 4_096 });
  try {
    await once(server, "listening");
  } catch (error) {
    throw new Error(sentence(error as NodeJS.ErrnoException, host, port, setting), {
      cause: error,
    });
  }
  const { port: real } = server.address() as AddressInfo;

  let closing: Promise<void> | undefined;
  async function end(seconds: number): Promise<void> {
    const closed = once(server, "close");
    server.close();
    // A connection is idle, and can be closed, only after the response that it waits for.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const late = setTimeout(() => server.closeAllConnections(), seconds * 1_000);
    await closed;
    clearInterval(idle);
    clearTimeout(late);
  }
  const close = (seconds: number) => {
    closing ??= end(seconds);
    return closing;
  };
  const scheme = server instanceof TlsServer ? "https" : "http";
  return { url: `${scheme}://${host.includes(":") ? `[${host}]` : host}:${real}`, close };
}

function sentence(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  setting: string,
): string {
  if (error.code === "EADDRINUSE") {
    return (
      `Port ${port} of ${host} is taken by another program. Stop that one, or choose another ` +
      `port by ${setting} (0 is any free one).`
    );
  }
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
    return `HOST is ${JSON.stringify(host)}: this machine has no such address.`;
  if (error.code === "EACCES" || error.code === "EPERM")
    return `Port ${port} is not allowed for this user. Choose one above 1023 by ${setting}.`;
  return `The service cannot listen at ${host}:${port}: ${inWords(error)}.`;
}
