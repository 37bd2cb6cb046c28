// Processes on one database sign alike and have one store, or end at start.
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { byAnyKey, fingerprintOf } from "../src/secrets.ts";
import { proveIdentity } from "../src/service-identity/prove.ts";
import { ConfigError } from "../src/settings/config-error.ts";
import { type Api, openApi } from "./support/api.ts";
import { type Ledger, openLedger } from "./support/context.ts";
import { temporaryFolder } from "./support/folder.ts";

const [oldKey, newKey, otherKey] = ["old", "new", "other"].map((word) => `${word}-key-0123456789`);
const folder = temporaryFolder("identity");
let stores = 0;
let store = "";
let open: Ledger[] = [];

beforeEach(() => {
  stores += 1;
  store = join(folder, String(stores));
  mkdirSync(store);
});
afterEach(async () => {
  for (const ledger of open.toReversed()) await ledger.close();
  open = [];
});
let rotated: Api | undefined;
afterAll(() => rotated?.close());

/** A process with these settings; all after the first are on the database of the first. */
async function start(env: Record<string, string>): Promise<Ledger> {
  const ledger = await openLedger({
    scheduler: false,
    env: { STORE_URL: `file://${store}`, ...env },
    ...(open[0] && { databaseUrl: open[0].ctx.databaseUrl }),
  });
  open.push(ledger);
  await proveIdentity(ledger.ctx);
  return ledger;
}

const kept = async () =>
  (await open[0]?.ctx.db.query<{ key_fingerprints: string[]; store_id: string }>(
    "SELECT key_fingerprints, store_id FROM service_identity",
  )) ?? [];

test("processes with the same key and store start, however the store is called", async () => {
  await start({ SECRET_KEY: oldKey ?? "" });
  const link = join(folder, "link");
  symlinkSync(store, link);
  await start({ SECRET_KEY: oldKey ?? "", STORE_URL: `file://${link}` });
  const [row, ...more] = await kept();
  expect(more).toEqual([]);
  expect(row?.key_fingerprints).toEqual([fingerprintOf(Buffer.from(oldKey ?? ""))]);
  expect(JSON.stringify(row)).not.toContain(oldKey);
});

test("of two that start first at once one decides, and both agree", async () => {
  const first = await openLedger({ scheduler: false, env: { STORE_URL: `file://${store}` } });
  open.push(first);
  const { databaseUrl, config } = first.ctx;
  const env = { STORE_URL: `file://${store}`, DATA_DIR: config.dataDir };
  const second = await openLedger({ scheduler: false, databaseUrl, env });
  open.push(second);
  await Promise.all([proveIdentity(first.ctx), proveIdentity(second.ctx)]);
  const [row] = await kept();
  expect(await second.ctx.store.buckets()).toEqual([row?.store_id]);
});

test("another SECRET_KEY is named, and so is one that is missing", async () => {
  await start({ SECRET_KEY: oldKey ?? "" });
  const sentence = /^SECRET_KEY has no key .* Give every process on one database the same/;
  await expect(start({ SECRET_KEY: otherKey ?? "" })).rejects.toThrow(sentence);
  const refused = start({});
  await expect(refused).rejects.toThrow(
    /^SECRET_KEY is not set, and the service on this database signs with another/,
  );
  await expect(refused).rejects.toBeInstanceOf(ConfigError);
});

test("another store is named, also where it is empty", async () => {
  await start({ SECRET_KEY: oldKey ?? "" });
  const [row] = await kept();
  const other = start({
    SECRET_KEY: oldKey ?? "",
    STORE_URL: `file://${temporaryFolder("other")}`,
  });
  await expect(other).rejects.toThrow(
    "STORE_URL (or its default in DATA_DIR) names another folder than the service on this " +
      `database uses: it lacks the object ${row?.store_id}/longshore-store.`,
  );
  expect(await kept()).toEqual([row]);
});

test("a key is replaced while the old one is still listed, and is refused after that", async () => {
  await start({ SECRET_KEY: oldKey ?? "" });
  await start({ SECRET_KEY: `${newKey},${oldKey}` });
  expect((await kept())[0]?.key_fingerprints).toHaveLength(2);
  await start({ SECRET_KEY: oldKey ?? "" });
  await start({ SECRET_KEY: `${newKey}, ${oldKey}` });
  await start({ SECRET_KEY: newKey ?? "" });
  await expect(start({ SECRET_KEY: oldKey ?? "" })).rejects.toThrow(/^SECRET_KEY has no key/);
});

test("an object URL that an old key signed leads to its object while that key is listed", async () => {
  const before = await start({ SECRET_KEY: oldKey ?? "" });
  const bucket = await before.submit(1);
  await before.ctx.store.put(bucket, "result", Buffer.from("42"));
  const url = await before.ctx.store.signedUrl("GET", bucket, "result", 60, "public");
  const path = url.slice(new URL(url).origin.length);
  const env = { STORE_URL: `file://${store}`, SECRET_KEY: `${newKey},${oldKey}` };
  rotated = await openApi({ scheduler: false, databaseUrl: before.ctx.databaseUrl, env });
  expect((await rotated.get(path)).text).toBe("42");
  expect((await rotated.get(path.replace(/.$/, "_"))).status).toBe(403);
  await rotated.close();
  rotated = await openApi({
    scheduler: false,
    databaseUrl: before.ctx.databaseUrl,
    env: { ...env, SECRET_KEY: newKey ?? "" },
  });
  expect((await rotated.get(path)).status).toBe(403);
  await rotated.close();
  rotated = undefined;
});

test("keys are tried in order, and none is tried after one that fits", () => {
  const keys = ["a", "b", "c"].map((text) => Buffer.from(text));
  const tried: string[] = [];
  const found = byAnyKey(keys, (key) => {
    tried.push(String(key));
    return String(key) === "b" ? 2 : undefined;
  });
  expect([found, tried]).toEqual([2, ["a", "b"]]);
  expect(byAnyKey(keys, () => undefined)).toBeUndefined();
});
