import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Db, openDb } from "../../src/db/client.ts";
import { type Notifier, openNotifier } from "../../src/db/notifier.ts";
import { silentLog } from "../../src/log.ts";
import { openPostgresQueue } from "../../src/queue/postgres.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
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
        `EXPLAIN EXECUTE "queue-take" ('${topics[9]}', 100, 60)`,
      );
      const lines = plan.map((row) => row["QUERY PLAN"]).join("\n");
      expect(lines).toContain("queue_messages_topic_id_idx");
      expect(lines).not.toContain("Seq Scan");
    }
    await notifier.close();
  });
});
