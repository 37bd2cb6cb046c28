// A service whose broker is there and cannot be used.
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { makeRabbit, type Rabbit } from "../support/rabbitmq/broker.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

let rabbit: Rabbit | undefined;
let silent: Server;
const sockets = new Set<Socket>();
let service: Service | undefined;

beforeAll(async () => {
  rabbit = await makeRabbit();
  await rabbit?.start();
  silent = createServer((socket) => sockets.add(socket.on("error", () => undefined)));
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
}, 240_000);
afterEach(async () => {
  await service?.remove();
  service = undefined;
});
afterAll(async () => {
  await rabbit?.remove();
  for (const socket of sockets) socket.destroy();
  silent.close();
});

test("a broker that refuses the login is named by the log, /readyz and the ready line", async ({
  skip,
}) => {
  if (!rabbit) return skip();
  const url = new URL(rabbit.url);
  url.password = "hunter2";
  service = await startService({ QUEUE_URL: url.href });
  const sentence =
    /The broker at 127\.0\.0\.1:\d+ cannot be used: it refuses the login that QUEUE_URL has/;
  expect(service.stdout()).toMatch(new RegExp(`^Longshore is ready at .*${sentence.source}`));
  expect(service.stderr()).toMatch(/cannot be used: it refuses the login that QUEUE_URL has/);
  expect(service.stdout() + service.stderr()).not.toContain("hunter2");
  await isNotReady(service, /refuses the login that QUEUE_URL has/);
  await endsInTime(service);
});

test("a broker that takes connections and never speaks is not ready, and SIGTERM ends in time", async () => {
  const { port } = silent.address() as AddressInfo;
  service = await startService({ QUEUE_URL: `amqp://guest:guest@127.0.0.1:${port}` });
  expect(service.stdout()).toContain(`the queue: The broker at 127.0.0.1:${port} cannot be used`);
  await isNotReady(service, /The broker at/);
  await endsInTime(service);
});

async function isNotReady({ url }: Service, sentence: RegExp): Promise<void> {
  const missing = await until(async () => {
    const response = await fetch(`${url}/readyz`);
    const body = (await response.json()) as { missing: { queue?: string } };
    return response.status === 503 && body.missing.queue;
  });
  expect(missing).toMatch(sentence);
}

/** Less than an orchestrator waits before it kills. */
async function endsInTime({ stop }: Service): Promise<void> {
  const asked = performance.now();
  expect(await stop()).toBe(0);
  expect(performance.now() - asked).toBeLessThan(15_000);
}
