// The ports of a service, each with what it serves, over a ledger of the test.
import { type Listener, listeners } from "../../src/auth/listener.ts";
import { openListeners } from "../../src/http/listeners.ts";
import { appsOf } from "../../src/mounts.ts";
import { type Answer, type Call, sendCall } from "./api.ts";
import type { Ledger } from "./context.ts";

export interface Ports {
  call(listener: Listener, call: Call): Promise<Answer>;
  close(): Promise<void>;
}

/** The ledger's settings say which ports there are: any free ones (0). */
export async function openPorts({ ctx }: Ledger): Promise<Ports> {
  const opened = await openListeners(ctx.config, ctx.log);
  const { urls, open, close } = opened;
  Object.assign(ctx.urls, urls);
  open({ api: appsOf(ctx), s3: (_request, response) => response.end() });
  const addresses = {
    public: urls.public(),
    internal: urls.internal(),
    ops: (urls.ops ?? urls.public)(),
  };
  const ports = listeners.map((one) => [one, Number(new URL(addresses[one]).port)] as const);
  const portOf = new Map<Listener, number>(ports);
  return { call: (listener, call) => sendCall(portOf.get(listener) ?? 0, call), close };
}
