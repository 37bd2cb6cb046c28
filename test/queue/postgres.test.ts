import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Db, openDb, type Query } from "../../src/db/client.ts";
import { type Notifier, openNotifier } from "../../src/db/notifier.ts";
import { silentLog } from "../../src/log.ts";
import { openPostgresQueue } from "../../src/queue/postgres.ts";
import { deleteMessages, insertMessages, takeMessages } from "../../src/queue/postgres-store.ts";
import { makeTaker } from "../../src/queue/postgres-taker.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { until } from "../support/wait.ts";
import { queueSuite } from "./suite.ts";

const log = silentLog();

describe("the queue in the database", () => {
  queueSuite(async () => {
    const database = await freshDatabase();
    const db = openDb({ url: database.url, applicationName: "longshore tests" });
    const notifiers: Notifier[] = [];
    return {
      async open() {
        const notifier = openNotifier(database.url, db.pool, log);
        notifiers.push(notifier);
        return openPostgresQueue({ db, notifier, log, leaseSeconds: 1 });
      },
      async interrupt() {
        await db.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = " +
            "current_database() AND pid <> pg_backend_pid()",
        );
      },
      async poison(topic) {
        const rows = await db.query<{ reason: string }>(
          "SELECT reason FROM queue_messages WHERE topic = $1",
          [`${topic}.poison`],
        );
        return rows.map(({ reason }) => reason);
      },
      async close() {
        await Promise.all(notifiers.map((notifier) => notifier.close()));
        await db.close();
        await database.drop();
      },
    };
  });
});

test("a batch is handled while the one before is, and stopping waits for both", async () => {
  const database = await freshDatabase();
  const db = openDb({ url: database.url, applicationName: "longshore tests" });
  const notifier = openNotifier(database.url, db.pool, log);
  const queue = openPostgresQueue({ db, notifier, log, leaseSeconds: 60 });
  const topic = `test.${randomUUID()}`;
  await queue.publish([1, 2, 3].map((n) => ({ topic, body: { n } })));
  const begun: unknown[][] = [];
  const gate = new EventEmitter();
  const consumer = await queue.consume(topic, 2, async (bodies) => {
    begun.push(bodies);
    await once(gate, "open");
    return bodies.map(() => "done");
  });
  await until(() => begun.length === 2);
  const stopped = consumer.stop();
  expect(await queue.depths([topic])).toEqual(new Map([[topic, 1]]));
  gate.emit("open");
  await stopped;
  const left = await db.query("SELECT body FROM queue_messages WHERE topic = $1", [topic]);
  expect([begun, left]).toEqual([[[{ n: 1 }], [{ n: 2 }]], [{ body: { n: 3 } }]]);
  await notifier.close();
  await db.close();
  await database.drop();
});

describe("its statements", () => {
  let database: FreshDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await freshDatabase();
    db = openDb({ url: database.url, applicationName: "longshore tests", max: 1 });
  });
  afterAll(async () => {
    await db.close();
    await database.drop();
  });

  test("taking goes by the index of topic and id, whether or not the table has statistics", async () => {
    const notifier = openNotifier(database.url, db.pool, log);
    const queue = openPostgresQueue({ db, notifier, log, leaseSeconds: 60 });
    const topics = Array.from({ length: 20 }, () => `test.${randomUUID()}`);
    for (const topic of topics)
      await queue.publish(Array.from({ length: 1000 }, (_, n) => ({ topic, body: { n } })));
    for (const statistics of [false, true]) {
      if (statistics) await db.query("ANALYZE queue_messages");
      // More often than Postgres plans a prepared statement anew: what is explained is the plan it
      // keeps.
      for (const topic of topics.slice(0, 8))
        await Promise.all((await queue.take(topic, 100)).map((one) => one.settle()));
      const plan = await db.query<{ "QUERY PLAN": string }>(
        `EXPLAIN EXECUTE "queue-take" ('${topics[9]}', 100, 60, 0)`,
      );
      const lines = plan.map((row) => row["QUERY PLAN"]).join("\n");
      expect(lines).toContain("queue_messages_topic_id_idx");
      expect(lines).not.toContain("Seq Scan");
    }
    await notifier.close();
  });

  test("taking reads each message once, though the table was nearly empty when it was last analyzed", async () => {
    const [topic, others] = [`test.${randomUUID()}`, `test.${randomUUID()}`];
    const publish = (to: string) =>
      insertMessages(
        db.query,
        Array.from({ length: 5_000 }, () => ({ topic: to, body: {} })),
      );
    await publish(others);
    // Keeps the pages, of which the statistics then say that they are empty.
    await publish(topic);
    await db.query("DELETE FROM queue_messages WHERE topic = $1", [others]);
    await db.query("DELETE FROM queue_messages WHERE topic = $1 AND id % 5000 > 0", [topic]);
    await db.query("VACUUM (ANALYZE, TRUNCATE false) queue_messages");
    await publish(topic);
    // A connection of its own: others keep the plans that they have.
    const fresh = openDb({ url: database.url, applicationName: "longshore tests", max: 1 });
    for (let n = 0; n < 8; n++) await takeMessages(fresh.query, topic, 0, 100, 60);
    const plan = await fresh.query(
      `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE "queue-take" ('${topic}', 100, 60, 0)`,
    );
    await fresh.close();
    expect(JSON.stringify(plan)).not.toContain("Rows Removed by Join Filter");
  });

  test("what was taken is not read again, though an old snapshot keeps it in the index", async () => {
    const notifier = openNotifier(database.url, db.pool, log);
    const queue = openPostgresQueue({ db, notifier, log, leaseSeconds: 60 });
    const [topic, chunk] = [`test.${randomUUID()}`, 500];
    await queue.publish(Array.from({ length: 8 * chunk }, (_, n) => ({ topic, body: { n } })));
    const other = openDb({ url: database.url, applicationName: "longshore tests", max: 1 });
    const reader = await other.pool.connect();
    await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    await reader.query("SELECT count(*) FROM queue_messages");
    const before = await entriesRead();
    for (let n = 0; n < 8; n++)
      await Promise.all((await queue.take(topic, chunk)).map((one) => one.settle()));
    expect((await entriesRead()) - before).toBeLessThan(10 * chunk);
    expect(await queue.take(topic, chunk)).toEqual([]);
    reader.release();
    await other.close();
    await notifier.close();
  });

  test("takes that find less than they may take begin after what was deleted, too", async () => {
    const topic = `test.${randomUUID()}`;
    const chunk = 100;
    const begun: number[] = [];
    const query: Query = (text, params = [], name) => {
      if (name === "queue-take") begun.push(Number(params[3]));
      return db.query(text, params, name);
    };
    const take = makeTaker(query, undefined, chunk);
    const takeSome = async () => {
      await insertMessages(
        db.query,
        Array.from({ length: chunk }, () => ({ topic, body: {} })),
      );
      const taken = await take(topic, 10 * chunk, 60);
      expect(taken).toHaveLength(chunk);
      const ids = taken.map(({ id }) => id);
      await deleteMessages(db.query, ids);
      return ids;
    };
    const first = await takeSome();
    await takeSome();
    // As soon as what other tests write in their databases meanwhile is committed
    await until(async () => {
      await takeSome();
      return (begun.at(-1) ?? 0) >= Math.max(...first);
    });
    expect(begun.slice(0, 2)).toEqual([0, 0]);
  });

  test("a message that is committed late is taken, however many later ones were taken before", async () => {
    const topic = `test.${randomUUID()}`;
    const take = makeTaker(db.query, undefined, 1);
    const other = openDb({ url: database.url, applicationName: "longshore tests", max: 1 });
    const late = await other.pool.connect();
    await late.query("BEGIN");
    await late.query("INSERT INTO queue_messages (topic, body) VALUES ($1, '{\"n\": 0}')", [topic]);
    for (let n = 1; n < 6; n++) {
      await insertMessages(db.query, [{ topic, body: { n } }]);
      const taken = await take(topic, 10, 60);
      expect(taken.map(({ body }) => body)).toEqual([{ n }]);
      await deleteMessages(
        db.query,
        taken.map(({ id }) => id),
      );
    }
    await late.query("COMMIT");
    late.release();
    await othersEnded();
    expect((await take(topic, 10, 60)).map(({ body }) => body)).toEqual([{ n: 0 }]);
    await other.close();
  });

  test("messages that come again are taken in a topic that is never empty, a few seconds later", async () => {
    const topic = `test.${randomUUID()}`;
    let now = 0;
    const take = makeTaker(db.query, () => now);
    const rows = async () =>
      (await take(topic, 2, 60)).sort((a, b) => a.id - b.id).map(({ body }) => body);
    const publish = (...numbers: number[]) =>
      insertMessages(
        db.query,
        numbers.map((n) => ({ topic, body: { n } })),
      );
    await publish(0, 1, 2, 3);
    expect(await rows()).toHaveLength(2);
    await db.query("UPDATE queue_messages SET taken_until = NULL WHERE topic = $1", [topic]);
    expect(await rows()).toEqual([{ n: 2 }, { n: 3 }]);
    await publish(4, 5, 6);
    expect(await rows()).toEqual([{ n: 4 }, { n: 5 }]);
    now += 2_500;
    await publish(7, 8);
    expect(await rows()).toEqual([{ n: 6 }, { n: 7 }]);
    now += 2_500;
    expect(await rows()).toEqual([{ n: 0 }, { n: 1 }]);
    expect(await rows()).toEqual([{ n: 8 }]);
  });

  /** Resolves when all transactions of the server that run now have ended, also of other tests. */
  async function othersEnded(): Promise<void> {
    const running = async () => {
      const [row] = await db.query<{ oldest: number; end: number }>(
        `SELECT pg_snapshot_xmin(now)::text::float8 AS oldest,
           pg_snapshot_xmax(now)::text::float8 AS "end" FROM pg_current_snapshot() AS now`,
      );
      return row ?? { oldest: 0, end: 0 };
    };
    const { end } = await running();
    await until(async () => (await running()).oldest >= end);
  }

  /** of the index of topic and id, by this connection and those before */
  async function entriesRead(): Promise<number> {
    await db.query("SELECT pg_stat_force_next_flush()");
    const [row] = await db.query<{ entries: number }>(
      `SELECT idx_tup_read AS entries FROM pg_stat_user_indexes
       WHERE indexrelname = 'queue_messages_topic_id_idx'`,
    );
    return row?.entries ?? Number.NaN;
  }
});
