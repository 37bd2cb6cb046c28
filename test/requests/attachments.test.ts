// Files that come with a request stay as long as it does, and no longer.
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { removeOrphanedObjects } from "../../src/requests/advance/orphaned-objects.ts";
import { removeLeftAttachments, withAttachments } from "../../src/requests/attachments/keep.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import type { RequestView } from "../../src/requests/views.ts";
import { type Ledger, openLedger } from "../support/context.ts";

let ledger: Ledger;
beforeEach(async () => {
  ledger = await openLedger();
});
afterEach(() => ledger.close());

const mask = { name: "mask.nc", size: 4, open: () => Readable.from([Buffer.from("mask")]) };

async function submitted(): Promise<RequestView> {
  const { request } = await submit(ledger.ctx, local, {
    dataset: { files: ["/data/a.parquet"] },
    steps: [{ operation: "noop", settings: {} }],
    attachments: [mask],
  });
  return request;
}

async function stored(id: string): Promise<string[]> {
  return (await ledger.ctx.store.list(id, { limit: 10 })).map(({ name }) => name);
}

async function noted(): Promise<string[]> {
  const rows = await ledger.ctx.db.query<{ id: string }>(
    "SELECT request_id AS id FROM attachments ORDER BY request_id",
  );
  return rows.map(({ id }) => id);
}

const age = () =>
  ledger.ctx.db.query("UPDATE attachments SET created_at = now() - interval '61 minutes'");

test("what a submit left that was killed is removed after an hour, and nothing of another", async () => {
  const { ctx } = ledger;
  const request = await submitted();
  const killed = randomUUID();
  await expect(
    withAttachments(ctx, killed, [mask], () => Promise.reject(new Error("killed"))),
  ).rejects.toThrow("killed");
  expect(await removeLeftAttachments(ctx)).toBe(0);
  expect(await stored(killed)).toEqual(["attachments/mask.nc"]);

  await age();
  expect(await removeLeftAttachments(ctx)).toBe(1);
  expect(await stored(killed)).toEqual([]);
  expect(await stored(request.id)).toEqual(["attachments/mask.nc"]);
  expect(await noted()).toEqual([request.id]);
});

test("they stay when a request has ended and what no result needs is removed", async () => {
  const { ctx } = ledger;
  const request = await submitted();
  const [task] = await ledger.claim(1, { waitSeconds: 10 });
  if (!task) throw new Error("No work was given out.");
  await ctx.store.put(request.id, "1-left.parquet", Readable.from([Buffer.from("x")]), { size: 1 });
  await ledger.report(task, "success");
  await ledger.ended(request.id);
  await removeOrphanedObjects(ctx, request.id);
  expect(await stored(request.id)).toEqual(["attachments/mask.nc"]);
});

test("a submit that stores nothing new keeps nothing", async () => {
  const id = randomUUID();
  expect(await withAttachments(ledger.ctx, id, [mask], () => Promise.resolve(false))).toBe(false);
  expect(await stored(id)).toEqual([]);
  expect(await noted()).toEqual([]);
});
