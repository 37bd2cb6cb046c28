// What every queue must do; each adapter runs all of it.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Message, type Queue, workTopic } from "../../src/queue/contract.ts";
import { until } from "../support/wait.ts";

export interface QueueUnderTest {
  /** Another process's view of the same queue, with a lease of one second. */
  open(): Promise<Queue>;
  /** Cuts every connection. */
  interrupt(): Promise<void>;
  /** The reasons kept with a topic's poison. */
  poison(topic: string): Promise<string[]>;
  close(): Promise<void>;
}

export function queueSuite(prepare: () => Promise<QueueUnderTest>): void {
  let subject: QueueUnderTest;
  let queue: Queue;

  beforeAll(async () => {
    subject = await prepare();
    queue = await subject.open();
  });
  afterAll(async () => {
    await queue?.close();
    await subject?.close();
  });

  test("what is published is taken, each message once, and settled for good", async () => {
    const topic = newTopic();
    await queue.publish(numbered(topic, 250));
    const taken = [...(await queue.take(topic, 100)), ...(await queue.take(topic, 1000))];
    expect(numbersOf(taken.map(({ body }) => body))).toEqual(range(250));
    await Promise.all(taken.map((one) => one.settle()));
    expect(await queue.take(topic, 10)).toEqual([]);
    expect(await depth(topic)).toBe(0);
  });

  test("bodies are delivered unchanged", async () => {
    const topic = newTopic();
    const body = {
      text: 'quotes " and \\ backslashes, {braces}, ß and 漢字 and 🐙',
      list: [1, [2, null]],
      deep: { yes: true, no: 1.5e-7 },
    };
    await queue.publish([{ topic, body }]);
    const [taken] = await queue.take(topic, 1);
    expect(taken?.body).toEqual(body);
    await taken?.settle();
  });

  test("a message taken and not settled is given out again", async () => {
    const topic = newTopic();
    await queue.publish(numbered(topic, 3));
    const first = await queue.take(topic, 3);
    expect(await queue.take(topic, 3)).toEqual([]);
    await first[0]?.settle();
    const again: unknown[] = [];
    await until(async () => {
      const some = await queue.take(topic, 3);
      await Promise.all(some.map((one) => one.settle()));
      again.push(...some.map(({ body }) => body));
      return again.length === 2;
    });
    expect(numbersOf([first[0]?.body, ...again])).toEqual([0, 1, 2]);
  });

  test("settling late, or twice, does no harm", async () => {
    const topic = newTopic();
    await queue.publish(numbered(topic, 1));
    const [late] = await queue.take(topic, 1);
    const [again] = await until(async () => some(await queue.take(topic, 1)));
    await late?.settle();
    await again?.settle();
    await again?.settle();
    expect(await until(async () => (await depth(topic)) === 0)).toBe(true);
  });

  test("two who take at once never get the same message", async () => {
    const topic = newTopic();
    const other = await subject.open();
    await queue.publish(numbered(topic, 400));
    const parts = await Promise.all(range(8).map((n) => (n % 2 ? queue : other).take(topic, 60)));
    expect(new Set(numbersOf(parts.flat().map(({ body }) => body))).size).toBe(parts.flat().length);
    await Promise.all(parts.flat().map((one) => one.settle()));
    await other.close();
  });

  test("an unknown topic is an empty one", async () => {
    const topic = newTopic();
    expect(await queue.take(topic, 5)).toEqual([]);
    expect(await depth(topic)).toBe(0);
    expect(await queue.topics(topic)).toEqual([]);
    await queue.drop(topic);
  });

  test("depths count the messages that wait in each topic, not those being handled", async () => {
    const [one, two, none] = [newTopic(), newTopic(), newTopic()];
    await queue.publish([...numbered(one, 7), ...numbered(two, 3)]);
    const taken = await queue.take(one, 2);
    expect(await queue.depths([one, two, none])).toEqual(
      new Map([
        [one, 5],
        [two, 3],
        [none, 0],
      ]),
    );
    await Promise.all(taken.map((message) => message.settle()));
  });

  test("dropping a topic deletes its messages, and the topic can be used again", async () => {
    const topic = newTopic();
    await queue.publish(numbered(topic, 20));
    await queue.drop(topic);
    await queue.drop(topic);
    expect(await depth(topic)).toBe(0);
    expect(await queue.topics(topic)).toEqual([]);
    await queue.publish(numbered(topic, 2));
    expect(await depth(topic)).toBe(2);
  });

  test("topics are found by their beginning, also those that another process made", async () => {
    const prefix = `work.${randomUUID()}.`;
    const other = await subject.open();
    await queue.publish([...numbered(`${prefix}b`, 3), ...numbered(`${prefix}a`, 1)]);
    await other.publish(numbered(`${prefix}c_%`, 1));
    await other.close();
    expect((await queue.topics(prefix)).toSorted()).toEqual([
      `${prefix}a`,
      `${prefix}b`,
      `${prefix}c_%`,
    ]);
    expect(await queue.topics(`${prefix}c_`)).toEqual([`${prefix}c_%`]);
    expect(await queue.topics(`${prefix}b%`)).toEqual([]);
  });

  test("a consumer gets old and new messages, and a batch grows while the previous one is handled", async () => {
    const topic = newTopic();
    const batches: number[] = [];
    const seen: unknown[] = [];
    await queue.publish(numbered(topic, 500));
    const consumer = await queue.consume(topic, 1000, async (bodies) => {
      seen.push(...bodies);
      batches.push(bodies.length);
      return bodies.map(() => "done");
    });
    await until(() => seen.length === 500);
    await queue.publish(numbered(topic, 500, 500));
    await until(() => seen.length === 1000);
    await consumer.stop();
    expect(numbersOf(seen)).toEqual(range(1000));
    expect(Math.max(...batches)).toBeGreaterThan(50);
    expect(await depth(topic)).toBe(0);
  });

  test("a consumer never holds more messages than its prefetch, in all batches together", async () => {
    const topic = newTopic();
    let held = 0;
    let mostHeld = 0;
    let handled = 0;
    await queue.publish(numbered(topic, 100));
    const consumer = await queue.consume(topic, 10, async (bodies) => {
      held += bodies.length;
      mostHeld = Math.max(mostHeld, held);
      await queue.depths([topic]);
      held -= bodies.length;
      handled += bodies.length;
      return bodies.map(() => "done");
    });
    await until(() => handled === 100);
    await consumer.stop();
    expect(mostHeld).toBeLessThanOrEqual(10);
  });

  test("each message has its own verdict: done, again after a wait, or poison with the reason", async () => {
    const topic = newTopic();
    const seen = new Map<number, number[]>();
    const start = Date.now();
    await queue.publish(numbered(topic, 3));
    const consumer = await queue.consume(topic, 100, async (bodies) =>
      bodies.map((body) => {
        const [n = -1] = numbersOf([body]);
        const times = [...(seen.get(n) ?? []), Date.now() - start];
        seen.set(n, times);
        if (n === 1 && times.length === 1) return { againInSeconds: 1 };
        return n === 2 ? { poison: "the number 2 is not liked\0here" } : "done";
      }),
    );
    await until(() => seen.get(1)?.length === 2);
    await until(async () => (await subject.poison(topic)).length === 1);
    await consumer.stop();
    expect(seen.get(0)).toHaveLength(1);
    expect(seen.get(2)).toHaveLength(1);
    expect((seen.get(1)?.[1] ?? 0) - (seen.get(1)?.[0] ?? 0)).toBeGreaterThan(900);
    expect((await subject.poison(topic))[0]).toMatch(/^the number 2 is not liked.here$/);
    expect(await queue.topics(topic)).toEqual([topic]);
  });

  test("a handler that throws, or answers too few verdicts, gets its messages again", async () => {
    const topic = newTopic();
    let calls = 0;
    const done = new Set<number>();
    await queue.publish(numbered(topic, 4));
    const consumer = await queue.consume(topic, 100, async (bodies) => {
      calls++;
      if (calls === 1) throw new Error("the database is in a bad mood");
      if (calls === 2) return [];
      for (const n of numbersOf(bodies)) done.add(n);
      return bodies.map(() => "done");
    });
    await until(() => done.size === 4);
    await consumer.stop();
    expect(await depth(topic)).toBe(0);
  });

  test("two consumers share a topic", async () => {
    const topic = newTopic();
    const other = await subject.open();
    const [one, two]: [unknown[], unknown[]] = [[], []];
    const into = (seen: unknown[]) => async (bodies: unknown[]) => {
      seen.push(...bodies);
      return bodies.map(() => "done" as const);
    };
    const consumers = [
      await queue.consume(topic, 20, into(one)),
      await other.consume(topic, 20, into(two)),
    ];
    let published = 0;
    await until(async () => {
      await queue.publish(numbered(topic, 50, published));
      published += 50;
      return one.length > 0 && two.length > 0;
    });
    await until(() => one.length + two.length === published);
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    expect(numbersOf([...one, ...two])).toEqual(range(published));
    await other.close();
  });

  test("a stopped consumer leaves the rest to others", async () => {
    const topic = newTopic();
    let handled = 0;
    const consumer = await queue.consume(topic, 5, async (bodies) => {
      handled += bodies.length;
      return bodies.map(() => "done");
    });
    await queue.publish(numbered(topic, 5));
    await until(() => handled === 5);
    await consumer.stop();
    await consumer.stop();
    await queue.publish(numbered(topic, 5));
    expect(await depth(topic)).toBe(5);
    expect(handled).toBe(5);
  });

  test("a thousand messages to a hundred topics in one call", async () => {
    const request = randomUUID();
    const topics = range(100).map((n) => workTopic(`op${n}`, request));
    await queue.publish(range(1000).map((n) => ({ topic: topics[n % 100] ?? "", body: { n } })));
    expect([...(await queue.depths(topics)).values()]).toEqual(topics.map(() => 10));
    for (const topic of topics) await queue.drop(topic);
  });

  test("check says that it can be used", async () => {
    await expect(queue.check()).resolves.toBeUndefined();
  });

  test("after every connection was cut, publish, take and a running consumer go on, and nothing confirmed is missing", async () => {
    const [consumed, taken] = [newTopic(), newTopic()];
    const seen = new Set<number>();
    const consumer = await queue.consume(consumed, 100, async (bodies) => {
      for (const n of numbersOf(bodies)) seen.add(n);
      return bodies.map(() => "done");
    });
    await queue.publish([...numbered(consumed, 10), ...numbered(taken, 10)]);
    await until(() => seen.size === 10);
    await subject.interrupt();
    await until(() => queue.publish(numbered(consumed, 10, 10)).then(() => true), {
      timeoutSeconds: 60,
    });
    await until(() => seen.size === 20, { timeoutSeconds: 60 });
    const rest = await until(async () => some(await queue.take(taken, 100)));
    expect(numbersOf(rest.map(({ body }) => body))).toEqual(range(10));
    await consumer.stop();
  });

  async function depth(topic: string): Promise<number | undefined> {
    return (await queue.depths([topic])).get(topic);
  }
}

function newTopic(): string {
  return `test.${randomUUID()}`;
}

function numbered(topic: string, count: number, from = 0): Message[] {
  return range(count).map((n) => ({ topic, body: { n: from + n } }));
}

function numbersOf(bodies: unknown[]): number[] {
  return bodies
    .map((body) => Number((body as { n?: unknown } | undefined)?.n))
    .toSorted((a, b) => a - b);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

function some<Item>(items: Item[]): Item[] | undefined {
  return items.length ? items : undefined;
}
