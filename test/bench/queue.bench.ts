// How fast each queue is: npx tsx test/bench/queue.bench.ts
import { rmSync } from "node:fs";
import { openDb } from "../../src/db/client.ts";
import { startEmbeddedPostgres } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { openNotifier } from "../../src/db/notifier.ts";
import { silentLog } from "../../src/log.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { openPostgresQueue } from "../../src/queue/postgres.ts";
import { openRabbitQueue } from "../../src/queue/rabbitmq.ts";
import { temporaryFolder } from "../support/folder.ts";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { until } from "../support/wait.ts";

const total = Number(process.argv[2] ?? 100_000);
const log = silentLog();

async function measure(queue: Queue): Promise<void> {
  const topic = `bench.${process.pid}`;
  const body = { request: "5b0e8f52-0d8a-4a55-9f0e-0a8b6a3f9f11", step: 1, attempt: 1 };
  const chunk = (from: number, size: number) =>
    Array.from({ length: size }, (_, n) => ({ topic, body: { ...body, file: from + n } }));

  await rate(queue, "publish, 1,000 a call, one at a time", async () => {
    for (let n = 0; n < total; n += 1000) await queue.publish(chunk(n, 1000));
  });
  await rate(queue, "take and settle, 1,000 a call, one at a time", () =>
    drain(queue, topic, 1000, 1, total / 2),
  );
  await rate(queue, "take and settle, 100 a call, 4 at once", () =>
    drain(queue, topic, 100, 4, total / 2),
  );
  await rate(queue, "publish, 1,000 a call, 4 at once", () =>
    together(4, async () => {
      for (let n = 0; n < total / 4; n += 1000) await queue.publish(chunk(n, 1000));
    }),
  );
  await rate(queue, "consume, prefetch 2,000", async () => {
    let seen = 0;
    const consumer = await queue.consume(topic, 2000, async (bodies) => {
      seen += bodies.length;
      return bodies.map(() => "done");
    });
    await until(() => seen >= total, { timeoutSeconds: 120 });
    await consumer.stop();
  });
  await rate(queue, "publish and take at once", () =>
    Promise.all([
      together(1, async () => {
        for (let n = 0; n < total; n += 1000) await queue.publish(chunk(n, 1000));
      }),
      drain(queue, topic, 1000, 1, total),
    ]),
  );
  const start = performance.now();
  for (let n = 0; n < 200; n++) {
    await queue.publish(chunk(n, 1));
    for (const one of await queue.take(topic, 1)) await one.settle();
  }
  console.log(
    `${queue.kind.padEnd(9)} one message published, taken and settled: ` +
      `${((performance.now() - start) / 200).toFixed(2)} ms`,
  );
}

async function drain(
  queue: Queue,
  topic: string,
  size: number,
  at: number,
  count: number,
): Promise<void> {
  let left = count;
  await together(at, async () => {
    while (left > 0) {
      const taken = await queue.take(topic, size);
      left -= taken.length;
      await Promise.all(taken.map((one) => one.settle()));
      if (!taken.length) await new Promise((resolve) => setImmediate(resolve));
    }
  });
}

async function together(count: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}

async function rate(queue: Queue, what: string, work: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const count = what.startsWith("take") ? total / 2 : total;
  console.log(
    `${queue.kind.padEnd(9)} ${what.padEnd(48)} ${Math.round(count / seconds)
      .toLocaleString("en")
      .padStart(8)}/s`,
  );
}

const dataDir = temporaryFolder("queue-bench");
const postgres = await startEmbeddedPostgres({ dataDir, log });
await migrate(postgres.url);
const db = openDb({ url: postgres.url, applicationName: "longshore bench" });
const notifier = openNotifier(postgres.url, db.pool, log);
await measure(openPostgresQueue({ db, notifier, log, leaseSeconds: 60 }));

const rabbit = await makeRabbit();
if (rabbit) {
  await rabbit.start();
  const queue = openRabbitQueue({ url: rabbit.url, db, log, leaseSeconds: 60 });
  await measure(queue);
  await queue.close();
  await rabbit.remove();
}
await notifier.close();
await db.close();
await postgres.stop();
rmSync(dataDir, { recursive: true, force: true });
