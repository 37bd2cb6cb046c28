// Lists that are longer than what may be held in memory, of a service with little of it.
import { existsSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Db, openDb } from "../../src/db/client.ts";
import { openListFile } from "../../src/json/list-file.ts";
import { sendCall } from "../support/api.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import { makeSmallFileSystem, noSmallFileSystem } from "../support/small-file-system.ts";
import { until } from "../support/wait.ts";

/** Of the whole heap of the service, which takes about 30 MB when it does nothing. */
const heapMegabytes = 80;

let service: Service;
let db: Db;
beforeAll(async () => {
  service = await startService({
    NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}`,
    ROLES: "api",
    RUNNER: "external",
    OPERATIONS: "noop",
  });
  db = openDb({ url: service.databaseUrl ?? "", applicationName: "test", max: 2 });
});
afterAll(async () => {
  await db?.close();
  await service?.remove();
});

function send(body: string, { path = "/v1/requests", method = "POST", key = "" } = {}) {
  const headers = {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...(key && { "idempotency-key": key }),
  };
  return sendCall(Number(new URL(service.url).port), { method, path, headers, body });
}

function bodyOf(files: readonly (string | string[])[], operation = "noop"): string {
  return JSON.stringify({ dataset: { files }, steps: [{ operation }] });
}

/** So many paths of so many characters. */
function paths(count: number, characters: number, prefix = "p"): string[] {
  const start = `/${prefix}/`.padEnd(characters - 8, "x");
  return Array.from({ length: count }, (_, n) => `${start}${String(n).padStart(8, "0")}`);
}

async function recordedOf(id: string): Promise<string[][]> {
  const rows = await db.query<{ paths: string[] }>(
    `SELECT files.paths FROM files JOIN requests USING (dataset_id)
     WHERE requests.id = $1 ORDER BY seq`,
    [id],
  );
  return rows.map((row) => row.paths);
}

async function openLists(): Promise<string[]> {
  const folder = `/proc/${service.pid}/fd`;
  const isList = (target: string) => target.startsWith(join(service.dataDir, "lists"));
  const target = (name: string) => {
    try {
      return readlinkSync(join(folder, name));
    } catch {
      return ""; // closed meanwhile
    }
  };
  return readdirSync(folder).map(target).filter(isList);
}

test("a long list is recorded whole and in order, and is found again by its key and as a list", async () => {
  const files = paths(30_000, 60).map((path, n) => (n % 3 ? path : [path, `${path}.two`]));
  const answer = await send(bodyOf(files), { key: "once" });
  expect(answer.status, answer.text).toBe(201);
  const view = answer.json() as { id: string; dataset: { id: string; files: number } };
  expect(view.dataset.files).toBe(30_000);
  expect(await recordedOf(view.id)).toEqual(files.map((replicas) => [replicas].flat()));

  const again = await send(bodyOf(files), { key: "once" });
  expect([again.status, again.json().id]).toEqual([200, view.id]);
  const other = await send(bodyOf(files.slice(1)), { key: "once" });
  expect(other.status).toBe(422);
  const another = await send(bodyOf(files));
  expect(another.json()).toMatchObject({ dataset: { id: view.dataset.id } });
  expect(another.json().id).not.toBe(view.id);
  expect(await openLists()).toEqual([]);
  expect(readdirSync(join(service.dataDir, "lists"))).toEqual([]);
});

test("64 MB of a million files are read with less memory than they take", async () => {
  const answer = await send(bodyOf(paths(950_000, 64), "none"));
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('The operation \\"none\\" is not offered here');
});

test("five lists at once wait for each other, and each is recorded", {
  timeout: 600_000,
}, async () => {
  const size = { files: 10_000, characters: 400 };
  let isDone = false;
  const all = Promise.all(
    Array.from({ length: 5 }, (_, n) =>
      send(bodyOf(paths(size.files, size.characters, `at-once-${n}`))),
    ),
  ).finally(() => {
    isDone = true;
  });
  let most = 0;
  await until(
    async () => {
      const [row] = await db.query<{ open: number }>(
        `SELECT count(*) AS open FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'longshore api'
           AND query LIKE 'WITH found AS (%' AND state <> 'idle'`,
      );
      most = Math.max(most, row?.open ?? 0);
      return isDone;
    },
    { timeoutSeconds: 540 },
  );
  expect((await all).map(({ status, text }) => (status === 201 ? 201 : text))).toEqual(
    Array(5).fill(201),
  );
  const [lists] = await db.query<{ whole: number }>(
    `SELECT count(*) AS whole FROM datasets
     WHERE file_count = $1 AND outcome = 'found'`,
    [size.files],
  );
  expect(lists?.whole).toBe(5);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(2);
  expect(await openLists()).toEqual([]);
});

test("a long list with a bad file, or without its secret, is refused with the file's place", async () => {
  const files = paths(20_000, 60);
  const bad = await send(bodyOf([...files, "", ...files]));
  expect(bad.status).toBe(400);
  expect(bad.json()).toMatchObject({ errors: [{ pointer: "/dataset/files/20000" }] });
  const redacted = await send(bodyOf([...files, "https://h/f?[redacted]"]));
  expect(redacted.status).toBe(422);
  expect(redacted.json()).toMatchObject({ errors: [{ pointer: "/dataset/files/20000" }] });
  expect(await openLists()).toEqual([]);
});

test("a start removes a list that a killed process left", async () => {
  await service.kill();
  writeFileSync(join(service.dataDir, "lists", "left"), "[]");
  service = await service.again();
  expect(existsSync(join(service.dataDir, "lists", "left"))).toBe(false);
});

test.skipIf(noSmallFileSystem)("a full disk is named when a long list cannot be kept", async () => {
  const disk = makeSmallFileSystem(1);
  try {
    const list = await openListFile<string>(join(disk.path, "lists"));
    await list.add(["a", "b"]);
    await expect(list.add(paths(2_000, 1_000))).rejects.toMatchObject({
      name: "UnavailableError",
      status: 503,
      message:
        "A long list cannot be kept in DATA_DIR now: no space is left on the device (ENOSPC).",
    });
    const pieces: (readonly string[])[] = [];
    for await (const piece of list) pieces.push(piece);
    expect(pieces).toEqual([["a", "b"]]);
    await list.close();
  } finally {
    disk.remove();
  }
});

test("nothing of a list is seen in its folder, and its file is for its owner alone", async () => {
  const folder = temporaryFolder("lists");
  const list = await openListFile<string[]>(join(folder, "lists"));
  const pieces = [[["a,b", "Größe"]], [], Array.from({ length: 5_000 }, (_, n) => [String(n)])];
  for (const piece of pieces) await list.add(piece);
  expect(list.length).toBe(5_001);
  expect(readdirSync(join(folder, "lists"))).toEqual([]);
  for (const _ of ["once", "again"]) {
    const found: (readonly string[][])[] = [];
    for await (const piece of list) found.push(piece);
    expect(found).toEqual(pieces);
  }
  await list.close();
  rmSync(folder, { recursive: true });
});
