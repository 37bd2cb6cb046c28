import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { listDatasetFiles, listDatasets, removeDataset } from "../../src/datasets/datasets.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { temporaryFolder } from "../support/folder.ts";
import {
  datasetOf,
  filesNamed,
  gate,
  offer,
  submitDataset,
  submitDid,
  workOff,
  workOnce,
} from "./support.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { VALID_DID_SCHEMES: "rucio,xrootd" } });
});
afterEach(async () => expect(await ledger.violations()).toEqual([]));
afterAll(() => ledger.close());

async function pathsOf(request: string): Promise<string[][]> {
  const { id } = await datasetOf(ledger, request);
  const { items } = await listDatasetFiles(ledger.ctx, id, local, { limit: 1000 });
  return items.map((file) => file.paths);
}

describe("a list of files in the request", () => {
  test("keeps commas, umlauts, quotes and backslashes, and each file's replicas in their order", async () => {
    const files = [
      "/d/a,b.parquet",
      "/d/Zürich Größe.parquet",
      '/d/"q"\\{x}.csv',
      ["root://one//f", "root://two//f,g"],
      "/d/NULL",
      " ",
    ];
    const id = await submitDataset(ledger, { files });
    expect(await pathsOf(id)).toEqual(files.map((one) => [one].flat()));
    expect((await workOff(ledger, id)).sort()).toEqual(files.map((one) => [one].flat()[0]).sort());
    expect(await ledger.ended(id)).toMatchObject({
      state: "complete",
      counters: { total: 6, done: 6 },
    });
  });

  test("may name one file twice: it is two files", async () => {
    const id = await submitDataset(ledger, { files: ["/d/twice", "/d/other", "/d/twice"] });
    expect(await pathsOf(id)).toEqual([["/d/twice"], ["/d/other"], ["/d/twice"]]);
    await workOff(ledger, id);
    expect(await ledger.ended(id)).toMatchObject({ counters: { total: 3, done: 3 } });
  });

  test("is one dataset however often it is sent, and another in another order or with other replicas", async () => {
    const same = [{ files: ["/d/1", "/d/2"] }, { files: [["/d/1"], "/d/2"] }];
    const others = [
      { files: ["/d/2", "/d/1"] },
      { files: [["/d/1", "/d/2"]] },
      { files: ["/d/1,/d/2"] },
      { files: ["/d/1", "/d/2", "/d/2"] },
    ];
    const ids = await Promise.all(
      [...same, ...others].map((dataset) => submitDataset(ledger, dataset)),
    );
    const datasets = await Promise.all(ids.map((id) => datasetOf(ledger, id)));
    expect(datasets[0]?.id).toBe(datasets[1]?.id);
    expect(new Set(datasets.map((one) => one.id)).size).toBe(5);
    expect(datasets[0]).toMatchObject({
      finder: "user",
      state: "ready",
      outcome: "found",
      files: 2,
      name: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    for (const id of ids) await workOff(ledger, id);
  });

  test("of more files than one statement takes is whole and in order", async () => {
    const files = Array.from({ length: 12_345 }, (_, index) => `/d/${index}`);
    const id = await submitDataset(ledger, { files });
    const { id: dataset, files: count } = await datasetOf(ledger, id);
    expect(count).toBe(files.length);
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await listDatasetFiles(ledger.ctx, dataset, local, { cursor, limit: 5000 });
      seen.push(...page.items.map((file) => file.paths[0] ?? ""));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(seen).toEqual(files);
    await cancel(ledger.ctx, id, local);
    await ledger.ended(id);
  });
});

describe("a dataset's name", () => {
  test("of an unknown scheme is refused and the known ones are named", async () => {
    await expect(submitDid(ledger, "gopher://x/y")).rejects.toMatchObject({
      status: 400,
      code: "bad_dataset",
      message:
        "DID scheme is not supported: gopher. Known schemes: dir, dir+http, dir+https, " +
        "rucio, xrootd.",
    });
  });

  test.each([
    ["dir://relative/path", "A folder is given by its absolute path"],
    ["rucio://", "has nothing after its scheme"],
    ["rucio://a\0b", "NUL"],
    [`rucio://${"long".repeat(750)}`, "longer than 2000 bytes"],
    ["user://abc", 'A list of files is given as "files"'],
    ["dir+http://example.org/data/", "INPUT_HOSTS"],
    ["dir:///data/{a/b,c}/*.csv", "slash inside braces"],
  ])("%j is refused with what is wrong: %s", async (did, sentence) => {
    await expect(submitDid(ledger, did)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(sentence),
    });
    expect(
      await ledger.ctx.db.query(
        "SELECT FROM datasets WHERE finder = 'dir+http' OR name LIKE 'longlong%'",
      ),
    ).toEqual([]);
  });

  test("without a scheme is the default scheme's, and only the first scheme is split off", async () => {
    const bare = await datasetOf(
      ledger,
      await submitDid(ledger, "mc20:some.set?files=3&get=available"),
    );
    expect(bare).toMatchObject({
      finder: "rucio",
      name: "mc20:some.set?files=3&get=available",
      state: "lookup",
      outcome: null,
    });
    const nested = await datasetOf(ledger, await submitDid(ledger, "xrootd://root://host//path/*"));
    expect(nested).toMatchObject({
      finder: "xrootd",
      name: "root://host//path/*",
      state: "lookup",
    });
  });
});

describe("what was looked up", () => {
  test("by a hundred first requests at once is looked up once", async () => {
    const door = gate();
    const finder = offer(ledger, "slow", async (_, give) => {
      await door.passed;
      await give(filesNamed("/s/1", "/s/2"));
      return { outcome: "found" };
    });
    const ids = await Promise.all(
      Array.from({ length: 100 }, () => submitDid(ledger, "slow://same")),
    );
    door.open();
    const inputs: string[] = [];
    while (inputs.length < 200)
      inputs.push(...(await workOnce(ledger)).filter((path) => path.startsWith("/s/")));
    const datasets = new Set<string>();
    for (const id of ids) {
      expect(await ledger.ended(id)).toMatchObject({
        state: "complete",
        counters: { total: 2, done: 2 },
      });
      datasets.add((await datasetOf(ledger, id)).id);
    }
    expect(datasets.size).toBe(1);
    expect(finder.asked()).toBe(1);
  });

  test("is remembered, and its next version is made when it was deleted", async () => {
    let files = filesNamed("/r/1");
    const finder = offer(ledger, "kept", async (_, give) => {
      await give(files);
      return { outcome: "found" };
    });
    const first = await submitDid(ledger, "kept://a");
    await workOff(ledger, first);
    files = filesNamed("/r/1", "/r/2");
    const second = await submitDid(ledger, "kept://a");
    await workOff(ledger, second);
    expect(finder.asked()).toBe(1);
    expect(await datasetOf(ledger, second)).toMatchObject({ version: 1, files: 1, state: "ready" });

    const { id } = await datasetOf(ledger, second);
    expect(await removeDataset(ledger.ctx, id, local)).toMatchObject({
      removed: true,
      dataset: { state: "stale" },
    });
    const third = await submitDid(ledger, "kept://a");
    await workOff(ledger, third);
    expect(await datasetOf(ledger, third)).toMatchObject({ version: 2, files: 2, state: "ready" });
    expect(await datasetOf(ledger, first)).toMatchObject({
      id,
      version: 1,
      files: 1,
      state: "stale",
    });
  });

  test("by a finder whose listings change is looked up for each request, but shared while the lookup runs", async () => {
    let door = gate();
    const finder = offer(
      ledger,
      "folder",
      async (_, give) => {
        await door.passed;
        await give(filesNamed(`/f/${finder.asked()}`));
        return { outcome: "found" };
      },
      { fleeting: true },
    );
    const together = await Promise.all([
      submitDid(ledger, "folder://x"),
      submitDid(ledger, "folder://x"),
    ]);
    door.open();
    for (const id of together) expect(await workOff(ledger, id)).toEqual(["/f/1"]);
    door = gate();
    door.open();
    const later = await submitDid(ledger, "folder://x");
    expect(await workOff(ledger, later)).toEqual(["/f/2"]);
    expect(await datasetOf(ledger, later)).toMatchObject({ version: 2, state: "ready" });
    expect(await datasetOf(ledger, together[0] ?? "")).toMatchObject({
      version: 1,
      state: "stale",
      incomplete: false,
    });
  });

  test("in a folder is what the folder holds when the request comes: a new file is seen by the next one", async () => {
    const folder = temporaryFolder("grows");
    const own = await openLedger({ env: { INPUT_ROOTS: folder } });
    for (const name of ["a.csv", "b, ü.csv"]) {
      writeFileSync(join(folder, name), "x\n1\n");
      await workOff(own, await submitDid(own, `dir://${folder}/*.csv`));
    }
    const { items } = await listDatasets(own.ctx, local, { past: true, limit: 10 });
    expect(items).toMatchObject([
      { finder: "dir", version: 2, state: "ready", files: 2, size: 8 },
      { finder: "dir", version: 1, state: "stale", files: 1, size: 4 },
    ]);
    await own.close();
    rmSync(folder, { recursive: true });
  });
});
