// The addresses of a service. They open before everything else, and hold calls until there is an
// app to answer them.
import type { RequestListener } from "node:http";
import type { Config } from "../config.ts";
import type { Context } from "../deps.ts";
import { makeS3Server } from "../s3/app.ts";
import { type Listening, listen } from "./listen.ts";
import { holdUntilReady } from "./ready.ts";

export interface Listeners {
  urls: Context["urls"];
  /** Hands over what was held, and all that follows. */
  open(apps: { api: RequestListener; s3: RequestListener }): void;
  /**
   * Takes in no more; resolves when the calls under way are answered, or cut off after some
   * seconds.
   */
  close(): Promise<void>;
}

const secondsToFinish = 5;

/** Rejects with a sentence, and with nothing left open, when a port is unavailable. */
export async function openListeners(config: Config): Promise<Listeners> {
  const api = makeBarrier();
  const s3 = makeBarrier();
  const opened: Listening[] = [];
  const close = async () => {
    api.fail();
    s3.fail();
    await Promise.all(opened.map((listening) => listening.close(secondsToFinish)));
  };
  const openAt = async (...[port, setting, answering]: [number, string, Answering]) => {
    const listening = await listen(config.host, port, setting, answering);
    opened.push(listening);
    return listening.url;
  };
  try {
    if (!config.roles.includes("api"))
      return { urls: urlsOf(config, {}), open: () => undefined, close };
    const own = {
      public: await openAt(config.port, "PORT", api.listener),
      ...(config.internalPort !== undefined && {
        internal: await openAt(config.internalPort, "INTERNAL_PORT", api.listener),
      }),
      s3: await openAt(config.s3Port, "S3_PORT", makeS3Server(s3.listener)),
    };
    const open: Listeners["open"] = (apps) => {
      api.pass(apps.api);
      s3.pass(apps.s3);
    };
    return { urls: urlsOf(config, own), open, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Answering = Parameters<typeof listen>[3];

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
function urlsOf(
  config: Config,
  own: { public?: string; internal?: string; s3?: string },
): Context["urls"] {
  const publicUrl = config.publicUrl ?? own.public ?? config.internalUrl ?? "";
  const internalUrl = config.internalUrl ?? own.internal ?? own.public ?? publicUrl;
  const { s3 } = own;
  return {
    public: () => publicUrl,
    internal: () => internalUrl,
    ...(s3 !== undefined && { s3: () => s3 }),
  };
}
