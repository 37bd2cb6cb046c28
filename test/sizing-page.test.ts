// doc/sizing.md: its figures are those of doc/performance.md, of the code, and of a measurement.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withMeasured } from "../doc/generate/sizing.ts";
import { mostStatementsAtOnce } from "../src/requests/reports/batcher.ts";
import { type Ledger, openLedger } from "./support/context.ts";

const fileOf = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const page = fileOf("doc/sizing.md");
const files = 2_000;

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger();
});
afterAll(() => ledger.close());

test("what was measured is what the page says: npm run generate", () => {
  expect(withMeasured(page, fileOf("doc/performance.md"))).toBe(page);
  expect(page).not.toContain("| ? |");
  const wrong = page.replace("idle service", "busy service");
  expect(() => withMeasured(wrong, fileOf("doc/performance.md"))).toThrow("busy service");
});

test("a process has no more connections than the page says", () => {
  const sources = ["src/context.ts", "src/db/probe.ts"].map(fileOf).join("\n");
  const pools = [...sources.matchAll(/\bmax: (\w+)/g)].map(([, most]) =>
    most === "mostStatementsAtOnce" ? mostStatementsAtOnce : Number(most),
  );
  expect(pools).toHaveLength(5);
  const notifier = 1;
  const most = pools.reduce((sum, one) => sum + one, notifier);
  const [, said] = /at most (\d+) for each process/.exec(page) ?? [];
  expect(Number(said)).toBe(most);
  expect(page).toContain(`above ${most} times the processes`);
});

test("a file costs the database no more than the page says", async () => {
  const { db } = ledger.ctx;
  const bytes = async () => {
    const [row] = await db.query<{ bytes: number }>(
      `SELECT sum(pg_total_relation_size(oid))::float8 AS bytes FROM pg_class
       WHERE relkind = 'r' AND relname ~ '^(request_files|file_status|results|files)'`,
    );
    return row?.bytes ?? 0;
  };
  const before = await bytes();
  const id = await ledger.submit(files);
  for (let left = files; left > 0; ) {
    const tasks = await ledger.claim(500, { request: id });
    await Promise.all(tasks.map((task) => ledger.report(task, "success")));
    left -= tasks.length;
  }
  expect((await ledger.ended(id)).counters.done).toBe(files);
  const ofEach = ((await bytes()) - before) / files;
  process.stderr.write(`\na file costs ${ofEach.toFixed(0)} bytes of the database\n`);
  const [, said] = /less than (\d+) kB of disk a file/.exec(page) ?? [];
  expect(ofEach).toBeGreaterThan(300);
  expect(ofEach).toBeLessThan(Number(said) * 1_000);
});
