// What bare Postgres can do with the same columns and indexes: a guarded update and an insert of history, a thousand rows a batch.
import { randomUUID } from "node:crypto";
import { openDb } from "../../src/db/client.ts";
import { migrate } from "../../src/db/migrate.ts";
import { ensurePartitions } from "../../src/db/partitions.ts";
import { makeDatabase } from "./database.ts";
import { type Bench, filesOf, type Measured } from "./row.ts";

const batch = 1000;
const connections = 2;

export async function bareRow(bench: Bench): Promise<Measured[]> {
  const files = filesOf(bench, 200_000);
  const database = await makeDatabase(bench.databaseServer);
  await migrate(database.url);
  const db = openDb({
    url: database.url,
    applicationName: "bare",
    max: connections,
    planner: { enable_seqscan: "off", enable_hashjoin: "off" },
  });
  try {
    await ensurePartitions(db);
    const id = randomUUID();
    await db.query(`INSERT INTO datasets (id, finder, name, state, outcome) VALUES (1, 'user', 'bare', 'ready', 'found')`);
    await db.query(`INSERT INTO requests (id, owner, state, dataset_id, steps) VALUES ($1, 'bench', 'running', 1, 1)`, [id]);
    await db.query(
      `INSERT INTO request_files (request_id, file_id, state, attempt) SELECT $1, n, 'running', 1 FROM generate_series(1, $2) n`,
      [id, files],
    );
    const started = performance.now();
    let next = 1;
    const work = async () => {
      while (next <= files) {
        const from = next;
        next += batch;
        const ids = Array.from({ length: Math.min(batch, files - from + 1) }, (_, index) => from + index);
        await db.query(
          `WITH moved AS (
             UPDATE request_files f SET state = 'done', updated_at = now() FROM unnest($2::bigint[]) AS i(id)
             WHERE f.request_id = $1 AND f.file_id = i.id AND f.state IN ('queued', 'running') RETURNING f.file_id)
           INSERT INTO file_status (request_created, request_id, file_id, step, attempt, status, timestamp)
           SELECT current_date, $1, file_id, 1, 1, 'success', now() FROM moved`,
          [id, ids],
          "bare",
        );
      }
    };
    await Promise.all(Array.from({ length: connections }, work));
    bench.bare = files / ((performance.now() - started) / 1000);
    return [
      {
        what: "bare Postgres: guarded update and insert, 1,000 rows a batch, 2 connections",
        must: "the limit",
        value: bench.bare,
        unit: "rows/s",
      },
    ];
  } finally {
    await db.close();
    await database.drop();
  }
}
