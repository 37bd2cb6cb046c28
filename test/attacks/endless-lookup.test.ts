// Somebody names a dataset that is made to keep its finder busy, and nobody else gets anything.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Caller, local } from "../../src/auth/caller.ts";
import { removeDataset } from "../../src/datasets/datasets.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { datasetOf, submitDid, workOff } from "../datasets/support.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { freshDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { processes } from "../support/processes.ts";
import { until } from "../support/wait.ts";

const root = temporaryFolder("endless-lookup");
const cmip = "tas_Amon_CESM2_historical_r1i1p1f1_gn_185001-201412.nc";
let server: Server;
let host: string;
let ledger: Ledger;
let pages = 0;

/** A page for every address, with two folders each; or one that never ends. */
beforeAll(async () => {
  server = createServer((request, response) => {
    pages += 1;
    response.writeHead(200, { "content-type": "text/html" });
    if (request.url?.includes("silent")) response.write("<a href='a.csv'>");
    else if (request.url?.includes("crowded"))
      response.end(Array.from({ length: 1_500_000 }, (_, at) => `<a href='${at}.csv'>`).join(""));
    else if (request.url?.includes("unclosed"))
      response.end(`<a href='a.csv'>${"<b>".repeat(60_000)}${"</i>".repeat(60_000)}`);
    else if (request.url?.includes("base"))
      response.end(`<base href='/${"x".repeat(200_000)}'>${"<a href=a.csv>".repeat(15_000)}`);
    else response.end("<a href='1/'></a><a href='2/'></a><a href='data.csv'></a>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  mkdirSync(join(root, "cmip"));
  writeFileSync(join(root, "cmip", cmip), "");
  writeFileSync(join(root, "table.csv"), "");
  ledger = await openLedger({
    env: { INPUT_ROOTS: root, INPUT_HOSTS: "127.0.0.1", FINDER_FOLDERS: "50", FINDER_FILES: "40" },
  });
});
afterAll(async () => {
  await ledger?.close();
  server?.closeAllConnections();
  server?.close();
  rmSync(root, { recursive: true, force: true });
});

const silent = () => `dir+http://${host}/silent/`;
/** how many lookups run, each in its process */
const lookups = () =>
  processes("apart/program").filter(({ parent }) => parent === process.pid).length;
const user = (owner: string): Caller => ({ kind: "user", owner });

test.each([`${"*?".repeat(40)}*~`, `${"*a".repeat(60)}*~`, `+(+(+(+([a-z_])))))${"*".repeat(9)}~`])(
  "a pattern of many stars on one file name ends: %s",
  async (pattern) => {
    const ended = await ledger.ended(await submitDid(ledger, `dir://${root}/cmip/${pattern}`));
    expect(ended).toMatchObject({ state: "complete", counters: { total: 0 } });
  },
);

test("two files in folders that are linked crosswise are two files", async () => {
  const crossed = join(root, "crossed");
  for (const name of ["a", "b"]) {
    mkdirSync(join(crossed, name), { recursive: true });
    writeFileSync(join(crossed, name, `${name}.csv`), "");
    for (let link = 0; link < 10; link++)
      for (const other of ["a", "b"])
        symlinkSync(join(crossed, other), join(crossed, name, `to-${other}-${link}`));
  }
  const id = await submitDid(ledger, `dir://${crossed}/**/*.csv`);
  const found = (await workOff(ledger, id)).map((path) => path.replace(/.*\//, ""));
  expect(found.sort()).toEqual(["a.csv", "b.csv"]);
});

test.each(["unclosed", "base"])(
  "a large index page of the kind %s is read to its end",
  async (kind) => {
    const id = await submitDid(ledger, `dir+http://${host}/${kind}/*.csv`);
    await workOff(ledger, id);
    expect((await ledger.ended(id)).state).toBe("complete");
  },
);

test("a tree of pages without end ends at the limit of folders, and says so", async () => {
  const before = pages;
  const id = await submitDid(ledger, `dir+http://${host}/tree/**/*.root`);
  expect(await ledger.ended(id)).toMatchObject({
    state: "failed",
    reason: "The lookup was ended: it visited more than 50 folders (FINDER_FOLDERS).",
  });
  expect(pages - before).toBe(50);
});

test("more files than a dataset may have end its lookup, and the reason names the limit", async () => {
  const many = join(root, "many");
  mkdirSync(many);
  for (let file = 0; file <= 40; file++) writeFileSync(join(many, `${file}.csv`), "");
  const id = await submitDid(ledger, `dir://${many}/*.csv`);
  expect(await ledger.ended(id)).toMatchObject({
    state: "failed",
    reason: "The lookup was ended: it found more than 40 files (FINDER_FILES).",
  });
});

test("a page that takes more memory than a lookup may have ends that lookup alone", async () => {
  const small = await openLedger({
    env: { INPUT_ROOTS: root, INPUT_HOSTS: "127.0.0.1", FINDER_MEMORY_MEGABYTES: "64" },
  });
  const greedy = await submitDid(small, `dir+http://${host}/crowded/*`);
  const other = await submitDid(small, `dir://${root}/*.csv`);
  expect(await small.ended(greedy)).toMatchObject({
    state: "failed",
    reason: "The lookup was ended: it took more than 64 MB of memory (FINDER_MEMORY_MEGABYTES).",
  });
  expect(await workOff(small, other)).toHaveLength(1);
  await small.close();
});

test("a hundred lookups of one person that never end leave slots for everybody else", async () => {
  const stuck = await Promise.all(
    Array.from({ length: 100 }, (_, at) => submitDid(ledger, `${silent()}${at}/*`, user("eve"))),
  );
  await until(() => lookups() >= 4);
  const id = await submitDid(ledger, `dir://${root}/*.csv`, user("bob"));
  expect((await workOff(ledger, id)).length).toBe(1);
  expect((await ledger.ended(id)).state).toBe("complete");
  for (const request of stuck) await cancel(ledger.ctx, request, user("eve"));
  await until(() => lookups() === 0);
});

test("a canceled request ends its lookup, and the process with it", async () => {
  const id = await submitDid(ledger, `${silent()}canceled/*`);
  await until(() => lookups() === 1);
  await cancel(ledger.ctx, id, local);
  await until(() => lookups() === 0);
  await until(async () => (await datasetOf(ledger, id)).outcome === "internal_failure");
});

test("a deleted dataset ends its lookup, and its request says why", async () => {
  const id = await submitDid(ledger, `${silent()}deleted/*`);
  await until(() => lookups() === 1);
  await removeDataset(ledger.ctx, (await datasetOf(ledger, id)).id, local);
  expect(await ledger.ended(id)).toMatchObject({
    state: "failed",
    reason: "The lookup was ended: its dataset was deleted.",
  });
  await until(() => lookups() === 0);
});

test("a lookup that hangs over restarts of the service ends by its deadline all the same", async () => {
  const database = await freshDatabase();
  const options = {
    env: { INPUT_HOSTS: "127.0.0.1", FINDER_SECONDS: "30" },
    databaseUrl: database.url,
  };
  const first = await openLedger(options);
  const id = await submitDid(first, `${silent()}restarted/*`);
  await until(() => lookups() === 1);
  await first.close();
  const between = await openLedger({ ...options, scheduler: false });
  const { query } = between.ctx.db;
  expect(await query("SELECT FROM datasets WHERE lookup_seconds > 0")).toHaveLength(1);
  // As if most of the time had passed
  await query("UPDATE datasets SET lookup_seconds = lookup_seconds + 29");
  await between.close();
  const second = await openLedger(options);
  expect(await second.ended(id)).toMatchObject({
    state: "failed",
    reason: "The lookup was ended: it took longer than 30 seconds (FINDER_SECONDS).",
  });
  await second.close();
  await database.drop();
});
