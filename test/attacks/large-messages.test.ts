// Someone with the broker's password fills the queue of reports with messages that would fill the
// memory, so that nobody's reports are recorded.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { connect } from "amqplib";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Db, openDb } from "../../src/db/client.ts";
import { silentLog } from "../../src/log.ts";
import { Prefetch } from "../../src/queue/rabbitmq/prefetch.ts";
import { openRabbitQueue } from "../../src/queue/rabbitmq.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { until } from "../support/wait.ts";

const megabyte = 1024 * 1024;
const rabbit = await makeRabbit();

test("prefetch × the largest message stays below 256 MB, and grows while messages are small", () => {
  const prefetch = new Prefetch(2000);
  expect(prefetch.value).toBe(8);
  for (let batch = 0; batch < 12; batch++) {
    for (let n = prefetch.value; n > 0; n--) prefetch.see(1000);
    prefetch.grow(prefetch.value);
  }
  expect(prefetch.value).toBe(2000);
  prefetch.see(20 * megabyte);
  expect(prefetch.value).toBe(12);
  for (let n = 0; n < 2100; n++) prefetch.see(1000);
  for (let batch = 0; batch < 12; batch++) prefetch.grow(prefetch.value);
  expect(prefetch.value).toBe(2000);
});

test("a consumer with nothing to do asks for no more", () => {
  const prefetch = new Prefetch(2000);
  prefetch.grow(1);
  expect(prefetch.value).toBe(8);
});

describe.skipIf(!rabbit)("with RabbitMQ", () => {
  if (!rabbit) return;
  let database: FreshDatabase;
  let db: Db;
  beforeAll(async () => {
    await rabbit.start();
    database = await freshDatabase();
    db = openDb({ url: database.url, applicationName: "longshore tests" });
  });
  afterAll(async () => {
    await rabbit.remove();
    await db.close();
    await database.drop();
  });
  const open = () => openRabbitQueue({ url: rabbit.url, db, log: silentLog(), leaseSeconds: 1 });

  /** The batches that a process got before it was killed in the middle of the deadly message. */
  async function killedWhileHandling(topic: string): Promise<string[][]> {
    const script = fileURLToPath(new URL("dying-consumer.ts", import.meta.url));
    const child = spawn(
      process.execPath,
      ["--import", "tsx", script, rabbit?.url ?? "", database.url, topic],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
    await until(() => printed.includes("deadly"));
    child.kill("SIGKILL");
    await once(child, "exit");
    return printed
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  }

  async function publish(topic: string, contents: Iterable<Buffer>): Promise<void> {
    const connection = await connect(rabbit?.url ?? "");
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(topic, { durable: true, arguments: { "x-queue-type": "classic" } });
    for (const content of contents) {
      channel.sendToQueue(topic, content, { persistent: true });
      await channel.waitForConfirms();
    }
    await connection.close();
  }

  test("40 messages of 20 MB are kept as poison without parsing, and others are handled", async () => {
    const queue = open();
    const topic = `test.${randomUUID()}`;
    const large = Buffer.alloc(20 * megabyte, "[");
    await publish(topic, Array(40).fill(large));
    await publish(topic, [Buffer.from('{"n":1}')]);
    const parsing = vi.spyOn(JSON, "parse");
    const seen: unknown[] = [];
    const consumer = await queue.consume(topic, 2000, async (bodies) => {
      seen.push(...bodies);
      return bodies.map(() => "done");
    });
    await until(() => seen.length === 1);
    expect(seen).toEqual([{ n: 1 }]);
    for (const [json] of parsing.mock.calls) expect(json.length).toBeLessThan(megabyte);
    parsing.mockRestore();
    await until(
      async () => (await queue.depths([`${topic}.poison`])).get(`${topic}.poison`) === 40,
    );
    await consumer.stop();
    await queue.drop(topic);
    await queue.close();
  });

  async function consumed(topic: string): Promise<{ seen: string[]; end(): Promise<void> }> {
    const queue = open();
    const seen: string[] = [];
    const consumer = await queue.consume(topic, 100, async (bodies) => {
      seen.push(...bodies.flatMap((body) => Object.keys(body as object)));
      return bodies.map(() => "done");
    });
    const end = async () => {
      await consumer.stop();
      await queue.drop(topic);
      await queue.close();
    };
    return { seen, end };
  }

  const deadly = Buffer.from(JSON.stringify({ deadly: "x".repeat(100_000) }));
  const harmless = Buffer.from(JSON.stringify({ harmless: "x".repeat(100_000) }));

  test("a message that ends the process is then handled alone, five times at most", async () => {
    const topic = `test.${randomUUID()}`;
    await publish(topic, [deadly, harmless]);
    const first = await killedWhileHandling(topic);
    expect(first.flat()).toContain("deadly");
    const later: string[][] = [];
    for (let time = 1; time <= 5; time++) later.push(...(await killedWhileHandling(topic)));
    const alone = ["deadly"];
    expect(later.filter((batch) => batch.includes("deadly"))).toEqual(Array(5).fill(alone));
    expect(later).toContainEqual(["harmless"]);
    const queue = open();
    const poison = `${topic}.poison`;
    const { seen, end } = await consumed(topic);
    await until(async () => (await queue.depths([poison])).get(poison) === 1);
    expect(seen).toEqual([]);
    await end();
    await queue.close();
  });

  test("a good message whose service was killed twice by others is handled", async () => {
    const topic = `test.${randomUUID()}`;
    await publish(topic, [deadly]);
    await killedWhileHandling(topic);
    await killedWhileHandling(topic);
    const { seen, end } = await consumed(topic);
    await until(() => seen.includes("deadly"));
    await end();
  });
});
