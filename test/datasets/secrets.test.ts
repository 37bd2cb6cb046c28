// Addresses with secrets: which are the same, how long they are kept, and who gets them whole.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { listDatasetFiles, readDataset } from "../../src/datasets/datasets.ts";
import { receiveComplete, receiveError, receiveFiles } from "../../src/datasets/receive.ts";
import { separateEarlierSecrets } from "../../src/datasets/separate-earlier.ts";
import { deleteRequest } from "../../src/requests/lifecycle/delete.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { tracesInDatabase } from "../attacks/traces.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { housekeep } from "../support/lead.ts";
import { datasetOf, filesNamed, numberOf, submitDataset, submitDid, workOff } from "./support.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { VALID_DID_SCHEMES: "rucio" } });
});
afterEach(async () => expect(await ledger.violations()).toEqual([]));
afterAll(() => ledger.close());

const signed = (signature: string, name = "f") => `https://h/${name}?X-Amz-Signature=${signature}`;
const withToken = (token: string) => `https://h/f?token=${token}`;

const kept = async (dataset: number) =>
  (
    await ledger.ctx.db.query(
      "SELECT FROM file_secrets JOIN files ON files.id = file_id WHERE dataset_id = $1",
      [dataset],
    )
  ).length;

test("a list with secrets is recorded for each request, and one without them once", async () => {
  const datasets = await Promise.all(
    [signed("1"), signed("1"), signed("2"), "https://h/f", "https://h/f"].map(async (path) => {
      const request = await submitDataset(ledger, { files: [path] });
      expect(await workOff(ledger, request)).toEqual([path]);
      return numberOf(ledger, request);
    }),
  );
  const [first, again, other, plain, samePlain] = datasets;
  expect(new Set([first, again, other, plain]).size).toBe(4);
  expect(samePlain).toBe(plain);
  expect(await Promise.all(datasets.map(kept))).toEqual([1, 1, 1, 0, 0]);
  expect(await readDataset(ledger.ctx, first ?? 0, local)).toMatchObject({ state: "stale" });
  expect(await readDataset(ledger.ctx, plain ?? 0, local)).toMatchObject({ state: "ready" });
});

test("nothing that is kept of a list can be compared with a guess of its secrets", async () => {
  const names = await Promise.all(
    ["1", "1", "2"].map(async (token) => {
      const request = await submitDataset(ledger, { files: [withToken(token)] });
      await workOff(ledger, request);
      return (await datasetOf(ledger, request)).name;
    }),
  );
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name).toMatch(/^keyed-[0-9a-f]{64}$/);
});

test("an idempotency key finds the request of the same secret, and refuses another", async () => {
  const send = (path: string, bodyHash: string) =>
    submit(
      ledger.ctx,
      local,
      { dataset: { files: [path] }, steps: [{ operation: "noop", settings: {} }] },
      { key: { key: "with a secret", bodyHash } },
    );
  const { request } = await send(withToken("1"), "hash 1");
  expect(await send(withToken("1"), "hash 1")).toMatchObject({
    created: false,
    request: { id: request.id },
  });
  await expect(send(withToken("2"), "hash 2")).rejects.toMatchObject({ status: 422 });
  const [row] = await ledger.ctx.db.query<{ body_hash: string }>(
    "SELECT body_hash FROM requests WHERE id = $1",
    [request.id],
  );
  expect(row?.body_hash).not.toBe("hash 1");
  await workOff(ledger, request.id);
  // As an earlier version kept it
  await ledger.ctx.db.query("UPDATE requests SET body_hash = 'hash 1' WHERE id = $1", [request.id]);
  expect(await send(withToken("1"), "hash 1")).toMatchObject({
    created: false,
    request: { id: request.id },
  });
});

test("a finder that signs its files anew lists the same files, and the newest signature counts", async () => {
  const did = "rucio://signed";
  const request = await submitDid(ledger, did);
  const dataset = await numberOf(ledger, request);
  const give = (...paths: string[]) =>
    receiveFiles(ledger.ctx, dataset, local, filesNamed(...paths));
  expect(await give(signed("1", "a"), signed("1", "b"))).toEqual({ added: 2, total: 2 });
  expect(await give(signed("2", "a"), "https://h/plain")).toEqual({ added: 1, total: 3 });
  // A token may be what names the file
  expect(await give(withToken("1"), withToken("2"), withToken("1"))).toEqual({
    added: 2,
    total: 5,
  });
  await receiveComplete(ledger.ctx, dataset, local, {});
  const files = await listDatasetFiles(ledger.ctx, dataset, local, { limit: 10 });
  expect(files.items.map(({ paths }) => paths[0])).toEqual([
    "https://h/a?[redacted]",
    "https://h/b?[redacted]",
    "https://h/plain",
    "https://h/f?[redacted]",
    "https://h/f?[redacted]",
  ]);
  expect((await workOff(ledger, request)).sort()).toEqual(
    [signed("2", "a"), signed("1", "b"), "https://h/plain", withToken("1"), withToken("2")].sort(),
  );
  // Sent late, they are known too
  expect(await give(signed("3", "a"), withToken("2"))).toEqual({ added: 0, total: 5 });
  expect(await datasetOf(ledger, request)).toMatchObject({ state: "stale", incomplete: false });
  expect(await numberOf(ledger, await submitDid(ledger, did))).not.toBe(dataset);
});

test("a finder that quotes an address in its reason shows no secret", async () => {
  const request = await submitDid(ledger, "rucio://failed");
  const dataset = await numberOf(ledger, request);
  await expect(
    receiveFiles(ledger.ctx, dataset, local, filesNamed("https://h/f?[redacted]")),
  ).rejects.toMatchObject({ status: 422 });
  await receiveError(ledger.ctx, dataset, local, "bad_name", `GET ${withToken("hunter2")}: 403`);
  expect(await ledger.ended(request)).toMatchObject({ state: "failed" });
  expect(await readDataset(ledger.ctx, dataset, local)).toMatchObject({
    reason: "GET https://h/f?[redacted]: 403",
  });
  expect(await tracesInDatabase(ledger.ctx.databaseUrl, ["hunter2"])).toEqual([]);
});

test("secrets are deleted with the dataset, some time after the last request that uses it was deleted", async () => {
  const request = await submitDataset(ledger, { files: [signed("short-lived"), "/data/plain"] });
  const dataset = await numberOf(ledger, request);
  await workOff(ledger, request);
  const dayLater = async () => {
    await ledger.ctx.db.query(
      `UPDATE datasets SET last_used_at = now() - interval '2 days',
         updated_at = now() - interval '2 days' WHERE id = $1`,
      [dataset],
    );
    await housekeep(ledger.ctx);
    return kept(dataset);
  };
  expect(await dayLater()).toBe(1);
  await deleteRequest(ledger.ctx, request, local);
  expect(await dayLater()).toBe(0);
});

test("a secret that is lost is found by the audit", async () => {
  const request = await submitDataset(ledger, { files: [signed("lost")] });
  await workOff(ledger, request);
  const dataset = await numberOf(ledger, request);
  const rows = await ledger.ctx.db.query<{ file_id: number; sealed: Buffer }>(
    `DELETE FROM file_secrets USING files WHERE files.id = file_id AND dataset_id = $1
     RETURNING file_id, sealed`,
    [dataset],
  );
  expect(await ledger.violations()).toEqual([expect.stringMatching(/^I13 /)]);
  for (const { file_id, sealed } of rows)
    await ledger.ctx.db.query("INSERT INTO file_secrets (file_id, sealed) VALUES ($1, $2)", [
      file_id,
      sealed,
    ]);
});

test("what an earlier version stored in plain text is encrypted at the start of a leader, once", async () => {
  const other = await openLedger({ scheduler: false });
  try {
    const { db } = other.ctx;
    const list = await submitDataset(other, { files: ["/1", ["/2", "/3"], "/4?token=local"] });
    const dataset = await numberOf(other, list);
    const paths = [[withToken("hunter2")], ["/3", signed("hunter2")], ["/4?token=local"]];
    for (const [at, path] of paths.entries())
      await db.query("UPDATE files SET paths = $3 WHERE dataset_id = $1 AND seq = $2", [
        dataset,
        at + 1,
        path,
      ]);
    const before = await readDataset(other.ctx, dataset, local);
    expect(await tracesInDatabase(other.ctx.databaseUrl, ["hunter2"])).not.toEqual([]);

    const separate = () => separateEarlierSecrets(other.ctx, new AbortController().signal);
    const counts = await Promise.all([separate(), separate()]);
    expect(counts.sort()).toEqual([0, 2]);
    expect(await separate()).toBe(0);
    expect(await tracesInDatabase(other.ctx.databaseUrl, ["hunter2"])).toEqual([]);
    const files = await listDatasetFiles(other.ctx, dataset, local, { limit: 10 });
    expect(files.items.map((file) => file.paths)).toEqual([
      ["https://h/f?[redacted]"],
      ["/3", "https://h/f?[redacted]"],
      ["/4?token=local"],
    ]);
    const after = await readDataset(other.ctx, dataset, local);
    expect(after.state).toBe("stale");
    expect(after.name).not.toBe(before.name);
    expect(await other.violations()).toEqual([]);

    const rows = await db.query<{ separated: number; last: number }>(
      `SELECT files_separated_to AS separated, (SELECT max(id) FROM files) AS last
       FROM service_identity`,
    );
    expect(rows[0]?.separated).toBe(rows[0]?.last);
  } finally {
    await other.close();
  }
});
