import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { checkNeeds } from "../../src/requests/monitor/sampler.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
let client: pg.Client;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => void unhandled.push(reason);

beforeAll(async () => {
  ledger = await openLedger({ scheduler: false });
  client = new pg.Client(ledger.ctx.config.databaseUrl);
  await client.connect();
  process.on("unhandledRejection", onUnhandled);
});
afterEach(() => client.query("ROLLBACK"));
afterAll(async () => {
  process.off("unhandledRejection", onUnhandled);
  await client.end();
  await ledger.close();
});

test("a store that fails while the queue has not replied is recorded, and ends nothing", async () => {
  const root = join(ledger.ctx.config.dataDir, "store");
  rmSync(root, { recursive: true, force: true });
  writeFileSync(root, "a file where the store's folder was");
  await client.query("BEGIN; LOCK TABLE queue_messages IN ACCESS EXCLUSIVE MODE");
  const checked = checkNeeds(ledger.ctx);
  await until(async () => {
    await expect(ledger.ctx.store.check()).rejects.toThrow();
    const { rows } = await client.query("SELECT FROM pg_locks WHERE NOT granted");
    return rows.length > 0;
  });
  await client.query("ROLLBACK");
  await checked;
  expect(ledger.ctx.activity.failures.get("store")).toMatch(
    /^The store's folder .+ cannot be used/,
  );
  expect(unhandled).toEqual([]);
});
