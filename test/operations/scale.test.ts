// What files that wait outside cost: seen in Postgres's own statistics.
import { afterAll, expect, test } from "vitest";
import { until } from "../support/wait.ts";
import { openWaitSuite, type WaitSuite } from "./wait/suite.ts";

const files = 100_000;
const batch = 1000;
let suite: WaitSuite;
afterAll(() => suite.close());

test("100,000 files waiting outside: a round of polls reads none of them, and no worker is held", async () => {
  suite = await openWaitSuite("in the scheduler", {
    env: { WAIT_BATCH_FILES: String(batch), WAIT_TASKS: "1000" },
  });
  const { ctx, outside } = suite;
  const paths = Array.from({ length: files }, (_, at) => `/archive/${at}.nc`);
  const id = await suite.submit(paths, [{ operation: "wait", seconds: 1e6 }]);
  // Files are registered in chunks of any size, so not every task is full.
  const tasksWithAll = async () => {
    const [row] = await ctx.db.query<{ tasks: number; held: number }>(
      `SELECT count(DISTINCT tasks.id) AS tasks, count(*) AS held
       FROM tasks JOIN task_files ON task_files.task_id = tasks.id
       WHERE tasks.state = 'running'`,
    );
    return row?.held === files && row.tasks;
  };
  const tasks = await until(tasksWithAll, { timeoutSeconds: 240, everyMilliseconds: 1000 });
  expect(tasks).toBeLessThan((3 * files) / batch);
  expect((await suite.api.ledger.read(id)).counters).toMatchObject({ running: files });
  expect(await suite.api.ledger.claim(10, { waitSeconds: 0 })).toEqual([]);

  const before = await rowsRead(suite);
  const polled = outside.polls.flat().length;
  await suite.pass(601);
  await until(() => outside.polls.flat().length >= polled + tasks, { timeoutSeconds: 60 });
  await suite.pass(0);
  const read = (await rowsRead(suite)) - before;
  // Some twenty rows a task for its claim, poll and record, never its thousand files.
  expect(read).toBeLessThan(files / 10);
}, 360_000);

/** Rows of `task_files` that were read since the start. */
async function rowsRead({ ctx }: WaitSuite): Promise<number> {
  const settled = async () => {
    await ctx.db.query("SELECT pg_stat_clear_snapshot()");
    const [row] = await ctx.db.query<{ n: number }>(
      `SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint AS n
       FROM pg_stat_user_tables WHERE relname = 'task_files'`,
    );
    return row?.n ?? 0;
  };
  // An idle connection reports what it read up to ten seconds later.
  let last = -1;
  return until(
    async () => {
      const now = await settled();
      const isSteady = now === last && now > 0;
      last = now;
      return isSteady && now;
    },
    { everyMilliseconds: 11_000 },
  );
}
