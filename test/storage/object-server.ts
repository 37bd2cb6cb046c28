import { randomBytes } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type NextFunction, type Request, type Response } from "express";
import { readConfig } from "../../src/config.ts";
import { problemReply } from "../../src/http/problem.ts";
import { objectRouter } from "../../src/http/routes/objects.ts";
import { send } from "../../src/http/send.ts";
import type { Store } from "../../src/storage/contract.ts";
import { openStore } from "../../src/storage/open.ts";

export interface Listening {
  url: string;
  port: number;
  close(): Promise<void>;
}

export async function listen(handler: RequestListener): Promise<Listening> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A folder store with the listener that its signed URLs lead to. */
export async function folderStoreWithUrls(
  folder: string,
  uploadLimitBytes = 1 << 30,
): Promise<Listening & { store: Store; faults: unknown[] }> {
  const signingKey = randomBytes(32);
  let url = "";
  const site = { publicUrl: () => url, internalUrl: () => url, signingKey };
  const store = await openStore(readConfig({ STORE_URL: `file://${folder}` }), site);
  const app = express();
  const faults: unknown[] = [];
  const ledger = { recorded: async () => undefined, keyProblem: async () => undefined };
  app.use(objectRouter({ store, verifyingKeys: [signingKey], uploadLimitBytes, ...ledger }));
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const reply = problemReply(error, request.path, "test");
    if (reply.status === 500) faults.push(error);
    send(response, reply);
  });
  const listening = await listen(app);
  url = listening.url;
  return { ...listening, store, faults };
}
