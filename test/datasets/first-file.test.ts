// The first file of a dataset, by a short look that records nothing.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeDataset, fillDataset } from "../../src/datasets/fill.ts";
import { makeFinders } from "../../src/datasets/finders/index.ts";
import { firstFileOf } from "../../src/datasets/first-file.ts";
import { diskLister } from "../../src/inputs/disk.ts";
import { untilFirst } from "../../src/inputs/until-first.ts";
import { type OpenFolder, walk } from "../../src/inputs/walk.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { temporaryFolder } from "../support/folder.ts";
import { closed, submitDid } from "./support.ts";

const root = temporaryFolder("first-file");
const many = join(root, "many");
const manyFiles = 25_000;
let ledger: Ledger;

beforeAll(async () => {
  for (const folder of ["many", "tree/a/empty", "tree/b"])
    mkdirSync(join(root, folder), { recursive: true });
  for (let at = 0; at < manyFiles; at++) writeFileSync(join(many, `${at}.csv`), "");
  writeFileSync(join(root, "tree/b/late.csv"), "x\n1\n");
  ledger = await openLedger({ env: { INPUT_ROOTS: root, VALID_DID_SCHEMES: "rucio" } });
});
afterAll(async () => {
  await ledger.close();
  rmSync(root, { recursive: true });
});

const { signal } = new AbortController();
const first = (name: string) =>
  firstFileOf(ledger.ctx, { finder: "dir", name, isFleeting: true }, signal);

test("of a folder with very many names not all are read, and that is said", async () => {
  let names = 0;
  const disk = diskLister({ roots: [root], closed: [] });
  const counting: OpenFolder = async (location, stop) => {
    const folder = await disk.open(location, stop);
    return {
      ...folder,
      names: () => Promise.reject(new Error("the folder is read whole")),
      async *someNames() {
        for await (const some of folder.someNames?.() ?? []) {
          names += some.length;
          yield some;
        }
      },
    };
  };
  const look = { open: counting, signal, oneByOne: true };
  const found = await untilFirst((give) => walk(many, "*.csv", { ...look, give }));
  expect(found).toEqual({ file: { paths: [expect.stringMatching(/\/\d+\.csv$/)], size: 0 } });
  expect(names).toBeLessThan(manyFiles / 2);
  expect(await first(`${many}/*.csv`)).toMatchObject({
    replicas: [expect.stringMatching(/\/\d+\.csv$/)],
    note: expect.stringContaining("very many names"),
  });
});

test("the one name that matches is found among very many", async () => {
  expect(await first(`${many}/24999.csv`)).toEqual({ replicas: [join(many, "24999.csv")] });
  expect(await first(`${many}/*4321.csv`)).toMatchObject({
    replicas: [expect.stringMatching(/4321\.csv$/)],
  });
  expect(await first(`${many}/*.parquet`)).toEqual({
    none: expect.stringContaining('matches "*.parquet"'),
  });
});

test("folders without files are passed by", async () => {
  const late = { replicas: [join(root, "tree/b/late.csv")] };
  expect(await first(join(root, "tree"))).toEqual(late);
  expect(await first(`${join(root, "tree")}?files=5`)).toEqual(late);
});

test("of an index page the first link", async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end('<a href="b.csv">b</a><a href="a.csv">a</a>');
  }).listen(0, "127.0.0.1");
  try {
    await new Promise((resolve) => server.once("listening", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const finder = makeFinders({
      inputFolders: { roots: [], closed: [] },
      inputHosts: [host],
      finderLimits: { files: 10, folders: 10 },
    }).get("dir+http");
    expect(await finder?.findFirst?.(`${host}/*.csv`, signal)).toEqual({
      outcome: "first",
      file: { paths: [`http://${host}/a.csv`] },
    });
  } finally {
    server.close();
  }
});

test("a look that fails says why, and what helps", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((resolve) => server.close(resolve));
  const finders = makeFinders({
    inputFolders: { roots: [], closed: [] },
    inputHosts: [host],
    finderLimits: { files: 10, folders: 10 },
  });
  const dataset = { finder: "dir+http", name: `${host}/*.csv`, isFleeting: true };
  await expect(firstFileOf({ ...ledger.ctx, finders }, dataset, signal)).rejects.toThrow(
    /^The dataset could not be looked up: nothing listens there \(ECONNREFUSED\); check .*\.$/,
  );
});

test("what an outside finder has found is remembered; what it has not is no question for it", async () => {
  const unknown = { finder: "rucio", name: "ann:run8", isFleeting: false };
  await expect(firstFileOf(ledger.ctx, unknown, signal)).rejects.toThrow("outside of this one");
  const request = await submitDid(ledger, "rucio://ann:run7");
  const { dataset } = await ledger.read(request);
  await fillDataset(ledger.ctx, Number(dataset.id), [
    { paths: ["root://near//a.parquet", "root://far//a.parquet"] },
    { paths: ["root://near//b.parquet"] },
  ]);
  await closeDataset(ledger.ctx, Number(dataset.id), { outcome: "found" });
  await closed(ledger, request);
  const known = { finder: "rucio", name: "ann:run7", isFleeting: false };
  expect(await firstFileOf(ledger.ctx, known, signal)).toEqual({
    replicas: ["root://near//a.parquet", "root://far//a.parquet"],
  });
});

test("a caller who leaves ends the look", async () => {
  const left = AbortSignal.abort(new Error("left"));
  const dataset = { finder: "dir", name: many, isFleeting: true };
  await expect(firstFileOf(ledger.ctx, dataset, left)).rejects.toThrow("left");
});
