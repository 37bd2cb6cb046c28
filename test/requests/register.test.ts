import { afterAll, beforeAll, expect, test } from "vitest";
import { registerFiles } from "../../src/requests/advance/register-store.ts";
import { type Ledger, openLedger } from "../support/context.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ scheduler: false });
});
afterAll(() => ledger.close());

test("files that several processes register at once are registered once", async () => {
  const { db, ledger: books } = ledger.ctx;
  const id = await ledger.submit(6000);
  const [row] = await db.query<{ dataset_id: number }>(
    "SELECT dataset_id FROM requests WHERE id = $1",
    [id],
  );
  const registerAll = async () => {
    while (await registerFiles(books, id, row?.dataset_id ?? 0, 100));
  };
  await Promise.all([registerAll(), registerAll(), registerAll(), registerAll()]);
  expect((await ledger.read(id)).counters.total).toBe(6000);
  expect(await ledger.violations()).toEqual([]);
});
