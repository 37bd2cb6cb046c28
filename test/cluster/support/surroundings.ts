// What the service in the cluster needs around it, on this machine: a database, a broker, a store
// and a server of files. All listen on loopback; pods reach them at the address of this machine.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, connect as dial, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { startEndpoint } from "../../s3/endpoint.ts";
import { freshDatabase } from "../../support/database.ts";
import { makeRabbit, type Rabbit } from "../../support/rabbitmq/broker.ts";

export interface Surroundings {
  /** settings of the service by which its pods reach all this */
  settings: Record<string, string>;
  /**
   * an address below which every name is the same small Parquet file, of 731 rows; one with `slow`
   * in it comes after a while
   */
  files: string;
  /** undefined where no broker can be had */
  rabbit: Rabbit | undefined;
  close(): Promise<void>;
}

const file = fileURLToPath(new URL("../../../doc/examples/seattle-2012.parquet", import.meta.url));

const slowMilliseconds = 300;

/** `management`: with the broker's management API, for the service alone. */
export async function openSurroundings({ management = false } = {}): Promise<Surroundings> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const database = await freshDatabase({ empty: true });
    closers.push(database.drop);
    const rabbit = await makeRabbit({ management });
    if (rabbit) closers.push(rabbit.remove);
    await rabbit?.start();
    const store = await startEndpoint();
    closers.push(store.close);
    const bucket = store.newRequest();
    const { accessKey, secretKey } = store.keys(bucket, "write");
    const server = createHttpServer((request, response) => {
      response.setHeader("content-type", "application/vnd.apache.parquet");
      const milliseconds = /slow/.test(request.url ?? "") ? slowMilliseconds : 0;
      setTimeout(() => response.end(readFileSync(file)), milliseconds);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    closers.push(() => server.close());

    const outside = async (url: string): Promise<string> => {
      const gate = await openGate(url);
      closers.push(gate.close);
      return gate.url;
    };
    const files = await outside(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const storeHost = new URL(await outside(`http://127.0.0.1:${store.port}`)).host;
    return {
      files,
      rabbit,
      settings: {
        DATABASE_URL: await outside(database.url),
        ...(rabbit && { QUEUE_URL: await outside(rabbit.url) }),
        ...(rabbit?.managementUrl && { RABBIT_MANAGEMENT_URL: rabbit.managementUrl }),
        STORE_URL: `s3://${accessKey}:${secretKey}@${storeHost}/${bucket}/results?tls=false`,
        INPUT_HOSTS: new URL(files).host,
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same server, at the address that pods reach. */
async function openGate(url: string): Promise<{ url: string; close(): void }> {
  const there = new URL(url);
  const listener: Server = createServer((client) => {
    const server = dial(Number(there.port), there.hostname);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on("error", () => other.destroy());
      one.pipe(other);
    }
  });
  listener.listen(0, inject("cluster").host);
  await once(listener, "listening");
  const own = new URL(url);
  own.hostname = inject("cluster").host;
  own.port = String((listener.address() as AddressInfo).port);
  return { url: own.href.replace(/\/$/, ""), close: () => void listener.close() };
}
