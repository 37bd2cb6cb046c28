import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import {
  listDatasetFiles,
  listDatasets,
  readDataset,
  removeDataset,
} from "../../src/datasets/datasets.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { datasetOf, submitDataset, submitDid } from "./support.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { VALID_DID_SCHEMES: "rucio" }, scheduler: false });
});
afterAll(() => ledger.close());

test("datasets are listed newest first, in pages, by finder, and past versions only where they are asked for", async () => {
  const names = ["a", "b", "c", "d", "e"];
  for (const name of names) await submitDid(ledger, `rucio://${name}`);
  const list = await submitDataset(ledger, { files: ["/x"] });
  const first = await listDatasets(ledger.ctx, local, { finder: "rucio", limit: 2 });
  const second = await listDatasets(ledger.ctx, local, {
    finder: "rucio",
    limit: 2,
    cursor: first.next ?? "",
  });
  const third = await listDatasets(ledger.ctx, local, {
    finder: "rucio",
    limit: 2,
    cursor: second.next ?? "",
  });
  expect([first, second, third].map((page) => page.items.map((one) => one.name))).toEqual([
    ["e", "d"],
    ["c", "b"],
    ["a"],
  ]);
  expect(third.next).toBeNull();
  expect((await listDatasets(ledger.ctx, local, { limit: 1 })).items).toEqual([
    await datasetOf(ledger, list),
  ]);

  const removed = await removeDataset(ledger.ctx, second.items[0]?.id ?? "", local);
  expect(removed).toMatchObject({ removed: true, dataset: { name: "c", state: "failed" } });
  expect(await removeDataset(ledger.ctx, removed.dataset.id, local)).toMatchObject({
    removed: false,
    dataset: { state: "failed" },
  });
  const left = await listDatasets(ledger.ctx, local, { finder: "rucio", limit: 10 });
  expect(left.items.map((one) => one.name)).toEqual(["e", "d", "b", "a"]);
  const all = await listDatasets(ledger.ctx, local, { finder: "rucio", past: true, limit: 10 });
  expect(all.items.map((one) => one.name)).toEqual(["e", "d", "c", "b", "a"]);
});

test("a dataset's files are listed in their order, in pages", async () => {
  const files = ["/z", ["/y", "/y2"], "/x"];
  const { id } = await datasetOf(ledger, await submitDataset(ledger, { files }));
  const first = await listDatasetFiles(ledger.ctx, id, local, { limit: 2 });
  const second = await listDatasetFiles(ledger.ctx, id, local, {
    limit: 2,
    cursor: first.next ?? "",
  });
  expect([...first.items, ...second.items].map((file) => file.paths)).toEqual([
    ["/z"],
    ["/y", "/y2"],
    ["/x"],
  ]);
  expect(first.items[0]).toEqual({
    file: expect.any(Number),
    paths: ["/z"],
    size: null,
    events: null,
    checksum: null,
  });
  expect(second.next).toBeNull();
});

test.each(["0", "-1", "1.5", "abc", "999999999", "1e3", "99999999999999999999", ""])(
  "dataset %j is not there",
  async (id) => {
    for (const call of [
      () => readDataset(ledger.ctx, id, local),
      () => listDatasetFiles(ledger.ctx, id, local, { limit: 1 }),
      () => removeDataset(ledger.ctx, id, local),
    ]) {
      await expect(call()).rejects.toMatchObject({ status: 404 });
    }
  },
);

test("a cursor of another list or of one's own making is refused", async () => {
  for (const cursor of [
    "nonsense",
    Buffer.from('["x"]').toString("base64url"),
    Buffer.from('["1","2"]').toString("base64url"),
  ]) {
    await expect(listDatasets(ledger.ctx, local, { cursor, limit: 1 })).rejects.toMatchObject({
      status: 400,
      code: "bad_cursor",
    });
  }
});
