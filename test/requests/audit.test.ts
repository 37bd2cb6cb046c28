import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Query } from "../../src/db/client.ts";
import type { Task } from "../../src/operations/contract.ts";
import { audit, auditIn } from "../../src/requests/audit/audit.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { deleteRequest } from "../../src/requests/lifecycle/delete.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { report } from "../../src/requests/reports/report.ts";
import { type Ledger, openLedger } from "../support/context.ts";

let ledger: Ledger;
const ids = { complete: "", canceled: "" };

beforeAll(async () => {
  ledger = await openLedger();
  const { request } = await submit(ledger.ctx, local, {
    dataset: { files: ["/data/a.parquet", "/data/b.parquet", "/data/c.parquet"] },
    steps: [
      {
        operation: "transform",
        settings: { generator: "sql", selection: "select 1 from input", format: "csv" },
      },
    ],
  });
  ids.complete = request.id;
  const [good, retried, bad] = (await ledger.claim(3, { request: request.id })) as [
    Task,
    Task,
    Task,
  ];
  await upload(good);
  await ledger.report(good, "success", { results: [{ name: good.upload?.name ?? "", size: 5 }] });
  await ledger.report(retried, "retry", { error: { class: "unavailable", message: "later" } });
  await ledger.report(bad, "failure", { error: { class: "bad_input", message: "broken" } });
  const [again] = (await ledger.claim(1, { request: request.id })) as [Task];
  await upload(again);
  await ledger.report(again, "success", { results: [{ name: again.upload?.name ?? "", size: 5 }] });
  await ledger.ended(request.id);

  ids.canceled = await ledger.submit(3);
  const [one] = (await ledger.claim(1, { request: ids.canceled })) as [Task];
  await report(ledger.ctx, local, "w", [{ ...one, status: "success" }]);
  await cancel(ledger.ctx, ids.canceled, local);
  await ledger.ended(ids.canceled);
});
afterAll(() => ledger.close());

async function upload(task: Task): Promise<void> {
  await ledger.ctx.store.put(task.request, task.upload?.name ?? "", Buffer.from("12345"));
}

async function invariantsBroken(query: Query): Promise<string[]> {
  const { violations } = await auditIn(query, ledger.ctx.store, {
    fileAttempts: 3,
    operationsWithOutputs: ["transform"],
  });
  return violations.map((one) => one.invariant);
}

test("an undamaged ledger is clean", async () => {
  expect(await ledger.violations()).toEqual([]);
});

test("it is clean wherever the clock was set back while it was written", async () => {
  const undo = new Error("undo");
  const steps = await ledger.ctx.db.query<{ seq: number; since: number }>(
    `SELECT seq, extract(epoch FROM at - (SELECT min(handed_out_at) FROM file_status))::float8
       AS since
     FROM (SELECT seq, recorded_at AS at FROM file_status
           UNION SELECT id, at FROM request_moves) AS steps ORDER BY seq`,
  );
  expect(steps.length).toBeGreaterThan(15);
  // To long before, and into the time in which the first files ran
  const setBack = steps.flatMap(({ seq, since }) => [3_600, since].map((by) => ({ seq, by })));
  for (const { seq, by } of setBack) {
    const seen: string[] = [];
    await ledger.ctx.db
      .tx(async (query) => {
        await query(
          `UPDATE file_status SET recorded_at = recorded_at - make_interval(secs => $2),
             handed_out_at = handed_out_at - make_interval(secs => $2) WHERE seq >= $1`,
          [seq, by],
        );
        await query("UPDATE request_moves SET at = at - make_interval(secs => $2) WHERE id >= $1", [
          seq,
          by,
        ]);
        await query(
          `INSERT INTO operation_limits (operation, slots, slots_per_user, changed_at)
           VALUES ('transform', 3, 3, '2020-01-01')`,
        );
        seen.push(...(await invariantsBroken(query)));
        throw undo;
      })
      .catch((error: unknown) => expect(error).toBe(undo));
    expect(seen, `set back at ${seq} by ${by} s`).toEqual([]);
  }
});

const file = (which: "min" | "max", request = "$1") =>
  `(SELECT ${which}(file_id) FROM request_files WHERE request_id = ${request})`;

/**
 * One kind of damage each: what is done to a copy of the row's truth, and which invariant must cry.
 */
const damages: [string, string, keyof typeof ids, string][] = [
  [
    "a file is open though its request ended",
    `UPDATE request_files SET state = 'waiting' WHERE request_id = $1 AND file_id = ${file("min")}`,
    "complete",
    "I1",
  ],
  [
    "a file's row is gone",
    `DELETE FROM request_files WHERE request_id = $1 AND file_id = ${file("min")}`,
    "complete",
    "I1",
  ],
  [
    "a counter is one too high",
    "UPDATE request_steps SET done = done + 1 WHERE request_id = $1",
    "complete",
    "I2",
  ],
  [
    "a counter of failures is one too low",
    "UPDATE request_steps SET failed = failed - 1 WHERE request_id = $1",
    "complete",
    "I2",
  ],
  [
    "a step says that it passed a file",
    "UPDATE request_steps SET passed = passed + 1 WHERE request_id = $1",
    "complete",
    "I2",
  ],
  [
    "the end of the round is not in the moves",
    "DELETE FROM request_moves WHERE request_id = $1 AND to_state = 'complete'",
    "complete",
    "I3",
  ],
  [
    "an ended request is running again",
    "UPDATE requests SET state = 'running' WHERE id = $1",
    "complete",
    "I3",
  ],
  [
    "a move begins where no move ended",
    "UPDATE request_moves SET from_state = 'lookup' WHERE request_id = $1 AND to_state = " +
      "'complete'",
    "complete",
    "I3",
  ],
  [
    "a superseded attempt decided",
    `UPDATE request_files SET attempt = 1 WHERE request_id = $1 AND attempt = 2`,
    "complete",
    "I5",
  ],
  [
    "an old attempt's report was recorded after the next had begun",
    "UPDATE file_status SET seq = seq + 1000000 WHERE request_id = $1 AND status = 'retry'",
    "complete",
    "I5",
  ],
  [
    "a file is with a worker that gave it back too often",
    `UPDATE request_files SET state = 'running', worker = 'w', withheld = true,
       given_back_by = '{w}' WHERE request_id = $1 AND file_id = ${file("min")}`,
    "complete",
    "I9",
  ],
  [
    "a result is of an attempt that never succeeded",
    "UPDATE results SET attempt = 7 WHERE request_id = $1 AND attempt = 2",
    "complete",
    "I5",
  ],
  [
    "a done file has no result",
    "DELETE FROM results WHERE request_id = $1 AND attempt = 2",
    "complete",
    "I6",
  ],
  [
    "a result has another size than its object",
    "UPDATE results SET size = size + 1 WHERE request_id = $1 AND attempt = 2",
    "complete",
    "I6",
  ],
  [
    "a file was handed out after the cancel",
    "UPDATE file_status SET seq = seq + 1000000 WHERE request_id = $1",
    "canceled",
    "I7",
  ],
  [
    "a file was tried too often",
    `INSERT INTO file_status
       (request_created, request_id, file_id, step, attempt, status, timestamp)
     SELECT request_created, request_id, file_id, step, attempt + n, 'lost',
       now() - interval '1 day'
     FROM file_status, generate_series(1, 5) n WHERE request_id = $1 AND status = 'failure'`,
    "complete",
    "I9",
  ],
  [
    "a failed file has lost its reason",
    "DELETE FROM error_groups WHERE request_id = $1",
    "complete",
    "I9",
  ],
  [
    "more files of a user ran than the limit allows",
    `INSERT INTO operation_limits (operation, slots_per_user, changed_at)
     SELECT 'transform', 2, '2020-01-01' WHERE $1::uuid IS NOT NULL`,
    "complete",
    "I10",
  ],
  [
    "more files ran than the slots of the operation",
    `INSERT INTO operation_limits (operation, slots, changed_at)
     SELECT 'transform', 2, '2020-01-01' WHERE $1::uuid IS NOT NULL`,
    "complete",
    "I10",
  ],
  [
    "a user's running work is summed up wrong",
    `UPDATE user_work SET running = running + 1
     WHERE owner = (SELECT owner FROM requests WHERE id = $1)`,
    "complete",
    "I10",
  ],
  [
    "a done file has no history of it",
    "DELETE FROM file_status WHERE request_id = $1 AND status = 'success' AND attempt = 1",
    "complete",
    "I12",
  ],
  [
    "a canceled file has no history of it",
    "DELETE FROM file_status WHERE request_id = $1 AND status = 'cancel' AND file_id = " +
      `${file("max")}`,
    "canceled",
    "I12",
  ],
  [
    "a failed file's row says done",
    "UPDATE request_files SET state = 'done' WHERE request_id = $1 AND state = 'failed'",
    "complete",
    "I12",
  ],
];

test.each(damages)("it finds that %s", async (_what, sql, which, invariant) => {
  const undo = new Error("undo");
  const seen: string[] = [];
  await ledger.ctx.db
    .tx(async (query) => {
      await query(sql, [ids[which]]);
      seen.push(...(await invariantsBroken(query)));
      throw undo;
    })
    .catch((error: unknown) => expect(error).toBe(undo));
  expect(seen).toContain(invariant);
});

test("a limit that was kept, or came after the starts, is no violation", async () => {
  const undo = new Error("undo");
  const seen: string[] = [];
  await ledger.ctx.db
    .tx(async (query) => {
      for (const values of ["3, '2020-01-01'", "1, now()"]) {
        await query(
          `INSERT INTO operation_limits (operation, slots_per_user, changed_at)
           VALUES ('transform', ${values})`,
        );
        seen.push(...(await invariantsBroken(query)));
        await query("DELETE FROM operation_limits");
      }
      throw undo;
    })
    .catch((error: unknown) => expect(error).toBe(undo));
  expect(seen).toEqual([]);
});

test("a file whose result is in a volume needs none in the store", async () => {
  const undo = new Error("undo");
  const seen: string[][] = [];
  await ledger.ctx.db
    .tx(async (query) => {
      await query("DELETE FROM results WHERE request_id = $1 AND attempt = 2", [ids.complete]);
      for (const destination of ["object-store", "volume"]) {
        await query(
          `INSERT INTO step_workloads
             (request_id, step, run_id, image, language, command, format, destination, files)
           VALUES ($1, 1, $1, 'i:1', 'python', 'c', 'parquet', $2, '{}')`,
          [ids.complete, destination],
        );
        seen.push(await invariantsBroken(query));
        await query("DELETE FROM step_workloads");
      }
      throw undo;
    })
    .catch((error: unknown) => expect(error).toBe(undo));
  expect(seen).toEqual([["I6"], []]);
});

test("it finds two requests of one idempotency key where the index is missing", async () => {
  const undo = new Error("undo");
  let seen: string[] = [];
  await ledger.ctx.db
    .tx(async (query) => {
      await query("DROP INDEX requests_owner_idempotency_key_key");
      await query("UPDATE requests SET idempotency_key = 'same'");
      seen = await invariantsBroken(query);
      throw undo;
    })
    .catch((error: unknown) => expect(error).toBe(undo));
  expect(seen).toContain("I11");
});

test.each(["removed after their rows are marked", "deleted with their request"])(
  "objects that are %s while the store is asked are not missing",
  async (how) => {
    const { ctx } = ledger;
    const { request } = await submit(ctx, local, {
      dataset: { files: ["/data/a.parquet"] },
      steps: [
        {
          operation: "transform",
          settings: { generator: "sql", selection: "select 1 from input", format: "csv" },
        },
      ],
    });
    const [task] = (await ledger.claim(1, { request: request.id })) as [Task];
    await upload(task);
    const name = task.upload?.name ?? "";
    await ledger.report(task, "success", { results: [{ name, size: 5 }] });
    await ledger.ended(request.id);
    const asked: string[] = [];
    const store = {
      async head(bucket: string, object: string) {
        if (object === name && asked.push(object)) {
          if (how.startsWith("removed")) {
            const { query } = ctx.db;
            await query("UPDATE results SET deleted_at = now() WHERE request_id = $1", [bucket]);
            await ctx.store.remove(bucket, [name]);
          } else await deleteRequest(ctx, bucket, local);
        }
        return ctx.store.head(bucket, object);
      },
    };
    const options = { fileAttempts: 3, operationsWithOutputs: ["transform"] };
    const { violations } = await audit(ctx.db, store, { ...options, request: request.id });
    expect(asked).toEqual([name]);
    expect(violations).toEqual([]);
  },
);

test("it finds a missing object and a truncated one", async () => {
  const [result] = await ledger.ctx.db.query<{ name: string }>(
    "SELECT name FROM results WHERE request_id = $1 ORDER BY name LIMIT 1",
    [ids.complete],
  );
  const { store } = ledger.ctx.config;
  const path = join(store.kind === "folder" ? store.path : "", ids.complete, result?.name ?? "");
  await writeFile(path, "123");
  expect((await ledger.violations()).filter((one) => one.startsWith("I6"))).toHaveLength(1);
  await rm(path);
  expect(await ledger.violations()).toEqual([expect.stringMatching(/^I6 .*not in the store/)]);
});
