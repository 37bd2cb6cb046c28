// The addresses of a service. They open before everything else, and hold calls until there is an
// app to answer them.
import type { RequestListener, Server } from "node:http";
import { type Listener, listeners, portSettings } from "../auth/listener.ts";
import type { Config } from "../config.ts";
import type { Context } from "../deps.ts";
import type { Logger } from "../log.ts";
import { makeS3Server } from "../s3/app.ts";
import { type Listening, listen, makeApiServer } from "./listen.ts";
import { holdUntilReady } from "./ready.ts";
import { openTls } from "./tls.ts";

/** A port of the API, and what it is for. */
export interface Port {
  listener: Listener;
  serves: readonly Listener[];
}

export interface Listeners {
  urls: Context["urls"];
  /** Hands over what was held, and all that follows. */
  open(apps: { api(port: Port): RequestListener; s3: RequestListener }): void;
  /**
   * Takes in no more; resolves when the calls under way are answered, or cut off after some
   * seconds.
   */
  close(): Promise<void>;
}

const secondsToFinish = 5;

/**
 * Rejects with a sentence, and with nothing left open, when a port is unavailable or the
 * certificate cannot be used.
 */
export async function openListeners(config: Config, log: Logger): Promise<Listeners> {
  const tls = config.tls && (await openTls(config.tls, addressesOf(config), log));
  const isApi = config.roles.includes("api");
  const ports = portsOf(config).filter(({ listener }) => isApi || listener === "ops");
  const held = ports.map((port) => ({ ...port, barrier: makeBarrier() }));
  const s3 = makeBarrier();
  const opened: Listening[] = [];
  const close = async () => {
    tls?.stop();
    for (const { barrier } of held) barrier.fail();
    s3.fail();
    await Promise.all(opened.map((listening) => listening.close(secondsToFinish)));
  };
  const openAt = async (...[port, setting, server]: [number, string, Server]) => {
    const listening = await listen(config.host, port, setting, server);
    opened.push(listening);
    return addressOf(listening.url, config);
  };
  try {
    const own: Own = {};
    for (const { listener, number, barrier } of held) {
      const server = makeApiServer(barrier.listener, tls?.make);
      own[listener] = await openAt(number, portSettings[listener], server);
    }
    if (isApi)
      own.s3 = await openAt(config.s3Port, "S3_PORT", makeS3Server(s3.listener, tls?.make));
    const open: Listeners["open"] = (apps) => {
      for (const { listener, serves, barrier } of held)
        barrier.pass(apps.api({ listener, serves }));
      s3.pass(apps.s3);
    };
    return { urls: urlsOf(config, own), open, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Own = Partial<Record<Listener | "s3", string>>;

/** Those that are set, by the setting. */
function addressesOf({ publicUrl, internalUrl, opsUrl, s3Url }: Config): Record<string, string> {
  const all = { PUBLIC_URL: publicUrl, INTERNAL_URL: internalUrl, OPS_URL: opsUrl, S3_URL: s3Url };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, url]) => (url === undefined ? [] : [[name, url]])),
  );
}

/** With TLS a port is called by a name that the certificate has, as PUBLIC_URL says it. */
function addressOf(listens: string, { tls, publicUrl = listens }: Config): string {
  const { port } = new URL(listens);
  return tls ? `https://${new URL(publicUrl).hostname}${port && `:${port}`}` : listens;
}

/** The public one serves what has no port of its own, too. */
function portsOf({ port, internalPort, opsPort }: Config): (Port & { number: number })[] {
  const numbers = { public: port, internal: internalPort, ops: opsPort };
  const without = listeners.filter((listener) => numbers[listener] === undefined);
  return listeners.flatMap((listener) => {
    const number = numbers[listener];
    if (number === undefined) return [];
    const serves = listener === "public" ? [listener, ...without] : [listener];
    return { listener, number, serves };
  });
}

function makeBarrier() {
  let pass: (app: RequestListener) => void = () => undefined;
  let fail: () => void = () => undefined;
  const app = new Promise<RequestListener>((resolve, reject) => {
    pass = resolve;
    fail = () => reject(new Error("The service ended before it was ready."));
  });
  return { listener: holdUntilReady(app), pass, fail };
}

/**
 * The addresses given to clients and workers; a process without the role `api` gives another's.
 */
function urlsOf(config: Config, own: Own): Context["urls"] {
  const publicUrl = config.publicUrl ?? own.public ?? config.internalUrl ?? "";
  const internalUrl = config.internalUrl ?? own.internal ?? own.public ?? publicUrl;
  const s3 = own.s3 === undefined ? undefined : (config.s3Url ?? own.s3);
  const opsUrl = own.ops === undefined ? undefined : (config.opsUrl ?? own.ops);
  return {
    public: () => publicUrl,
    internal: () => internalUrl,
    ...(opsUrl !== undefined && { ops: () => opsUrl }),
    ...(s3 !== undefined && { s3: () => s3 }),
  };
}
