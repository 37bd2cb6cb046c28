import { randomUUID } from "node:crypto";
import { openDb } from "../../src/db/client.ts";
import type { Bench } from "./bench.ts";
import type { Measured } from "./row.ts";
import { timed } from "./timed.ts";

const batch = 1000;

/** What a report is at the least: a guarded update of the file's row and a row of history. */
const statement = `
WITH moved AS (
  UPDATE request_files f SET state = 'done', worker = $3, lease_until = NULL, updated_at = now()
  FROM unnest($2::bigint[]) AS said (file_id)
  WHERE f.request_id = $1 AND f.file_id = said.file_id AND f.state IN ('queued', 'running')
  RETURNING f.file_id
)
INSERT INTO file_status
  (request_created, request_id, file_id, step, attempt, status, timestamp, pod_name)
SELECT current_date, $1, file_id, 1, 1, 'success', now(), $3 FROM moved`;

export const aboutBare =
  `The tables and indexes of the ledger, one statement for ${batch} reports: guarded update and ` +
  "history, by the same library; the best of one, two and four connections. Measured before and " +
  "after each row with rates of files, which is compared with the mean of the two; the rate shown " +
  "is the mean of all.";

/** Reports a second that bare Postgres takes, on the best number of connections. */
export async function measureBare(bench: Bench): Promise<Measured> {
  const total = bench.quick ? 60_000 : 200_000;
  const found: Measured[] = [];
  for (const connections of [1, 2, 4]) found.push(await rate(bench, total, connections));
  return found.toSorted((one, other) => other.value - one.value)[0] as Measured;
}

async function rate(bench: Bench, total: number, connections: number): Promise<Measured> {
  const { url, db, drop } = await bench.database();
  const request = randomUUID();
  await db.query(`INSERT INTO datasets (finder, name) VALUES ('bench', 'bench')`);
  await db.query(
    "INSERT INTO requests (id, owner, state, dataset_id, steps) SELECT $1, 'bench', " +
      "'running', id, 1 FROM datasets",
    [request],
  );
  await db.query(
    `INSERT INTO request_files (request_id, file_id, state, attempt, worker, lease_until)
     SELECT $1, n, 'running', 1, 'bench', now() FROM generate_series(1, $2::int) n`,
    [request, total],
  );
  await db.query(`ANALYZE request_files`);
  await db.query(`CHECKPOINT`);
  const writer = openDb({ url, applicationName: "bench bare", max: connections });
  let next = 1;
  const { seconds, usage } = await timed(bench, undefined, () =>
    Promise.all(
      Array.from({ length: connections }, async () => {
        for (let first = next; first <= total; first = next) {
          next += batch;
          const files = Array.from({ length: batch }, (_, index) => first + index);
          await writer.query(statement, [request, files, "bench"], "bare");
        }
      }),
    ),
  );
  await writer.close();
  await drop();
  return {
    what: "insert and guarded update",
    value: total / seconds,
    unit: "/s",
    details: { connections, ...usage },
  };
}
