import { randomUUID } from "node:crypto";
import { connect } from "amqplib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Db, openDb } from "../../src/db/client.ts";
import { UnavailableError } from "../../src/errors.ts";
import { silentLog } from "../../src/log.ts";
import { type Queue, ReturnedError } from "../../src/queue/contract.ts";
import { openRabbitQueue } from "../../src/queue/rabbitmq.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { slowLine } from "../support/slow-line.ts";
import { until } from "../support/wait.ts";
import { queueSuite } from "./suite.ts";

const log = silentLog();
const rabbit = await makeRabbit();

describe.skipIf(!rabbit)("the queue in RabbitMQ", () => {
  if (!rabbit) return;
  let database: FreshDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await freshDatabase();
    db = openDb({ url: database.url, applicationName: "longshore tests" });
  });
  afterAll(async () => {
    await rabbit.remove();
    await db.close();
    await database.drop();
  });

  const open = (more: { leaseSeconds?: number; patienceSeconds?: number } = {}) =>
    openRabbitQueue({ url: rabbit.url, db, log, leaseSeconds: 1, ...more });

  describe("while the broker is down at start", () => {
    test("closing takes no time, with a consumer or without", async () => {
      const queue = open();
      await queue.consume(newTopic(), 10, async (bodies) => bodies.map(() => "done"));
      const start = Date.now();
      await queue.close();
      expect(Date.now() - start).toBeLessThan(3000);
    });

    test("check and every call say so with a sentence, and it is used as soon as it is there", async () => {
      const queue = open({ patienceSeconds: 0.5 });
      const topic = newTopic();
      const seen: unknown[] = [];
      const consumer = await queue.consume(topic, 10, async (bodies) => {
        seen.push(...bodies);
        return bodies.map(() => "done");
      });
      const calls = {
        check: () => queue.check(),
        publish: () => queue.publish([{ topic, body: {} }]),
        take: () => queue.take(topic, 1),
        depths: () => queue.depths([topic]),
      };
      for (const [name, call] of Object.entries(calls)) {
        const error = await call().then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error, name).toBeInstanceOf(UnavailableError);
        expect((error as Error).message, name).toMatch(
          /^The broker at 127\.0\.0\.1:\d+ cannot be used: .+\.$/,
        );
        expect((error as Error).message, name).not.toContain("guest");
      }
      await rabbit.start();
      await until(() => queue.check().then(() => true), { timeoutSeconds: 60 });
      await queue.publish([{ topic, body: { n: 1 } }]);
      await until(() => seen.length === 1);
      await consumer.stop();
      await queue.close();
    });
  });

  describe("and the shared suite", () => {
    queueSuite(async () => ({
      open: async () => open(),
      interrupt: async () => {
        await rabbit.kill();
        await rabbit.start();
      },
      poison: (topic) => poisonReasons(rabbit.url, topic),
      close: async () => undefined,
    }));
  });

  describe("under fire", () => {
    let queue: Queue;
    beforeEach(async () => {
      queue = open();
      await until(() => queue.check().then(() => true), { timeoutSeconds: 60 });
      return () => queue.close();
    });

    test("killed in the middle of publishing, it has everything it confirmed", async () => {
      const topic = newTopic();
      const confirmed: number[] = [];
      let failures = 0;
      let next = 0;
      const publisher = async () => {
        while (confirmed.length < 6000 || failures === 0) {
          const from = next;
          next += 100;
          const numbers = Array.from({ length: 100 }, (_, n) => from + n);
          try {
            await queue.publish(numbers.map((n) => ({ topic, body: { n } })));
            confirmed.push(...numbers);
          } catch (error) {
            expect(error).toBeInstanceOf(UnavailableError);
            failures++;
          }
        }
      };
      const publishers = [publisher(), publisher(), publisher()];
      await until(() => confirmed.length > 2000);
      await rabbit.kill();
      await rabbit.start();
      await Promise.all(publishers);
      const found = new Set<number>();
      // An empty queue is no proof: a take that failed may still be giving its messages back.
      await until(
        async () => {
          const taken = await queue.take(topic, 1000);
          for (const { body } of taken) found.add(Number(body.n));
          await Promise.all(taken.map((one) => one.settle()));
          return confirmed.every((n) => found.has(n));
        },
        { timeoutSeconds: 240, what: "every confirmed message" },
      );
    });

    test("come back empty: depths are 0, takes return nothing, and publishing and consuming declare its topics again", async () => {
      const [topic, consumed] = [newTopic(), newTopic()];
      const seen: unknown[] = [];
      const consumer = await queue.consume(consumed, 10, async (bodies) => {
        seen.push(...bodies);
        return bodies.map(() => "done");
      });
      await queue.publish([
        { topic, body: { n: 1 } },
        { topic: consumed, body: { n: 1 } },
      ]);
      await until(() => seen.length === 1);
      await rabbit.kill();
      rabbit.wipe();
      await rabbit.start();
      expect(await until(async () => queue.depths([topic]), { timeoutSeconds: 60 })).toEqual(
        new Map([[topic, 0]]),
      );
      expect(await queue.take(topic, 10)).toEqual([]);
      await until(() =>
        queue
          .publish([
            { topic, body: { n: 2 } },
            { topic: consumed, body: { n: 2 } },
          ])
          .then(() => true),
      );
      expect((await queue.depths([topic])).get(topic)).toBe(1);
      await until(() => seen.length === 2);
      await consumer.stop();
      await queue.drop(topic);
    });

    test("returned messages reject the publish, which names them; the next publish declares the topic again", async () => {
      const [gone, there] = [newTopic(), newTopic()];
      await queue.publish([{ topic: gone, body: { n: 0 } }]);
      await removeQueue(rabbit.url, gone);
      const error = await queue
        .publish([
          { topic: gone, body: { n: 1 } },
          { topic: there, body: { n: 2 } },
        ])
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ReturnedError);
      expect((error as ReturnedError).messages).toEqual([{ topic: gone, body: { n: 1 } }]);
      expect((error as ReturnedError).message).toContain(gone);
      await queue.publish([{ topic: gone, body: { n: 3 } }]);
      expect(await queue.depths([gone, there])).toEqual(
        new Map([
          [gone, 1],
          [there, 1],
        ]),
      );
    });

    test("a queue removed under its consumer is declared and consumed again", async () => {
      const topic = newTopic();
      let handled = 0;
      const consumer = await queue.consume(topic, 10, async (bodies) => {
        handled += bodies.length;
        return bodies.map(() => "done");
      });
      await queue.publish([{ topic, body: {} }]);
      await until(() => handled === 1);
      await removeQueue(rabbit.url, topic);
      await until(
        async () => {
          await queue.publish([{ topic, body: {} }]);
          return handled > 1;
        },
        { everyMilliseconds: 200 },
      );
      await consumer.stop();
    });

    test("a queue that others made with other arguments is used as it is", async () => {
      const topic = newTopic();
      const connection = await connect(rabbit.url);
      const channel = await connection.createChannel();
      await channel.assertQueue(topic, { durable: true, arguments: { "x-queue-type": "quorum" } });
      await connection.close();
      await queue.publish(Array.from({ length: 300 }, (_, n) => ({ topic, body: { n } })));
      const taken = await queue.take(topic, 300);
      expect(new Set(taken.map(({ body }) => body.n)).size).toBe(300);
      await Promise.all(taken.map((one) => one.settle()));
      expect(await queue.take(topic, 1)).toEqual([]);
      await queue.drop(topic);
    });

    test("what is no JSON goes to poison with the reason, and good messages pass", async () => {
      const topic = newTopic();
      const seen: unknown[] = [];
      const consumer = await queue.consume(topic, 100, async (bodies) => {
        seen.push(...bodies);
        return bodies.map(() => "done");
      });
      const connection = await connect(rabbit.url);
      const channel = await connection.createConfirmChannel();
      await channel.assertQueue(topic, { durable: true, arguments: { "x-queue-type": "classic" } });
      const junk = [
        Buffer.from(""),
        Buffer.from("{"),
        Buffer.from([0xff, 0xfe, 0x00]),
        Buffer.from("not json"),
        Buffer.alloc(300_000, 0x41),
      ];
      for (const content of [...junk, Buffer.from("42"), Buffer.from('{"n":1}')])
        channel.sendToQueue(topic, content);
      await channel.waitForConfirms();
      await connection.close();
      await until(() => seen.length === 2);
      expect(seen).toEqual(expect.arrayContaining([42, { n: 1 }]));
      const reasons = await until(async () => {
        const found = await poisonReasons(rabbit.url, topic);
        return found.length === junk.length ? found : undefined;
      });
      for (const reason of reasons) expect(reason).toMatch(/^It is not JSON in UTF-8: /);
      await consumer.stop();
      await queue.drop(topic);
    });

    test("defect 46: a broker that holds still rejects within the time allowed, and goes on afterwards", async () => {
      const patient = open({ patienceSeconds: 1 });
      const topic = newTopic();
      await until(() => patient.publish([{ topic, body: {} }]).then(() => true));
      await rabbit.freeze();
      try {
        const start = Date.now();
        await expect(patient.publish([{ topic, body: {} }])).rejects.toBeInstanceOf(
          UnavailableError,
        );
        await expect(patient.take(topic, 1)).rejects.toBeInstanceOf(UnavailableError);
        await expect(patient.check()).rejects.toThrow(/did not answer within 1 seconds/);
        expect(Date.now() - start).toBeLessThan(8000);
      } finally {
        rabbit.thaw();
      }
      await until(() => patient.publish([{ topic, body: {} }]).then(() => true));
      await until(() => patient.check().then(() => true));
      await patient.close();
    });

    test("over a slow line a take returns what came in time, and the rest is taken later", async () => {
      const topic = newTopic();
      const text = "x".repeat(20_000);
      const messages = Array.from({ length: 1500 }, (_, n) => ({ topic, body: { n, text } }));
      await queue.publish(messages);
      const url = new URL(rabbit.url);
      const line = await slowLine({ port: Number(url.port), bytesPerSecond: 2_000_000 });
      url.port = String(line.port);
      const slow = openRabbitQueue({
        url: url.href,
        db,
        log,
        leaseSeconds: 60,
        patienceSeconds: 8,
      });
      const found = new Set<unknown>();
      while (found.size < messages.length) {
        const taken = await slow.take(topic, messages.length);
        expect(taken).not.toEqual([]);
        for (const { body } of taken) found.add(body.n);
        await Promise.all(taken.map((one) => one.settle()));
      }
      await slow.close();
      await line.close();
      await queue.drop(topic);
    });

    test("a wrong password is a sentence, not a crash", async () => {
      const url = new URL(rabbit.url);
      url.password = "wrong";
      const stranger = openRabbitQueue({
        url: url.href,
        db,
        log,
        leaseSeconds: 1,
        patienceSeconds: 3,
      });
      const error = await until(() =>
        stranger.check().then(
          () => undefined,
          (reason: Error) => (/ACCESS/.test(reason.message) ? reason : undefined),
        ),
      );
      expect(error.message).not.toContain("wrong");
      await stranger.close();
      await expect(stranger.publish([{ topic: newTopic(), body: {} }])).rejects.toBeInstanceOf(
        UnavailableError,
      );
    });
  });
});

function newTopic(): string {
  return `test.${randomUUID()}`;
}

async function removeQueue(url: string, name: string): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  await channel.deleteQueue(name);
  await connection.close();
}

async function poisonReasons(url: string, topic: string): Promise<string[]> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  channel.on("error", () => undefined);
  const reasons: string[] = [];
  try {
    for (
      let message = await channel.get(`${topic}.poison`);
      message;
      message = await channel.get(`${topic}.poison`)
    ) {
      reasons.push(String(message.properties.headers?.reason));
    }
  } catch {
    return [];
  } finally {
    // What was looked at stays there.
    await connection.close();
  }
  return reasons;
}
