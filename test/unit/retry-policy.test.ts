import { afterAll, beforeAll, expect, test } from "vitest";
import { openDuckDb } from "../../src/operations/transform/sql/duckdb.ts";
import { waitSql } from "../../src/requests/retry-policy.ts";

let duckdb: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  duckdb = await openDuckDb({ memoryMegabytes: 256, threads: 1, allowedPaths: [] });
});
afterAll(() => duckdb.close());

/** DuckDB computes least, greatest and power as Postgres does. */
async function waits(firstWait: number, tries: number[]): Promise<unknown[]> {
  const sql = `SELECT CAST(${waitSql("first_wait", "tries")} AS DOUBLE)
    FROM (SELECT ${firstWait} AS first_wait, unnest([${tries.join(", ")}]) AS tries)`;
  return (await duckdb.connection.runAndReadAll(sql)).getRows().map(([seconds]) => seconds);
}

test("the wait doubles with each try, up to five minutes", async () => {
  expect(await waits(1, [0, 1, 2, 8, 9, 50])).toEqual([1, 2, 4, 256, 300, 300]);
  expect(await waits(40, [0, 1, 2, 3, 4])).toEqual([40, 80, 160, 300, 300]);
});

test("a first wait longer than five minutes stays as it is", async () => {
  expect(await waits(86_400, [0, 1, 20])).toEqual([86_400, 86_400, 86_400]);
});

test("no first wait is no wait, whatever the tries", async () => {
  expect(await waits(0, [0, 1, 1_000_000])).toEqual([0, 0, 0]);
});
