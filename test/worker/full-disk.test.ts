// Full and read-only file systems: they cost no file a try, and its work goes on by itself.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { request } from "undici";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openDb } from "../../src/db/client.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import {
  makeSmallFileSystem,
  noSmallFileSystem,
  type SmallFileSystem,
} from "../support/small-file-system.ts";
import { until } from "../support/wait.ts";

const files = 120;
const folder = temporaryFolder("full-disk");
const inputs = Array.from({ length: files }, (_, index) => join(folder, `${index}.csv`));
let disk: SmallFileSystem;
let service: Service;
const onDisk = noSmallFileSystem ? test.skip : test;
const why = noSmallFileSystem ? ` (skipped: ${noSmallFileSystem})` : "";

beforeAll(() => {
  for (const [index, path] of inputs.entries()) writeFileSync(path, `x\n${index}\n`);
});
afterEach(async () => {
  await service?.remove();
  disk?.remove();
});
afterAll(() => rmSync(folder, { recursive: true }));

interface View {
  state: string;
  counters: { total: number; waiting: number; queued: number; done: number; failed: number };
  waiting: { reason: string; sentence: string } | null;
}

async function call<Body>(path: string, body?: unknown): Promise<Body> {
  const response = await request(`${service.url}${path}`, {
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
    headers: { "content-type": "application/json" },
    // The next service may have the same port.
    reset: true,
  });
  const text = await response.body.text();
  if (response.statusCode >= 400) throw new Error(`${path}: ${response.statusCode} ${text}`);
  return JSON.parse(text);
}

/** Each result has 300 kB: 13 of them fit into 4 MB. */
async function submit(paths = inputs): Promise<string> {
  const selection = "select repeat('0123456789', 30000) as text, x from input";
  const { id } = await call<{ id: string }>("/v1/requests", {
    dataset: { files: paths },
    steps: [{ operation: "transform", selection, format: "csv" }],
  });
  return id;
}

const read = (id: string) => call<View>(`/v1/requests/${id}`);
const ended = (id: string) =>
  until(
    async () => {
      const view = await read(id);
      return view.state === "complete" ? view : undefined;
    },
    { timeoutSeconds: 400, what: "the end of the request" },
  );

async function statusesOf(id: string): Promise<string[]> {
  const db = openDb({ url: service.databaseUrl ?? "", applicationName: "test", max: 1 });
  try {
    const rows = await db.query<{ status: string }>(
      "SELECT DISTINCT status FROM file_status WHERE request_id = $1 ORDER BY status",
      [id],
    );
    return rows.map(({ status }) => status);
  } finally {
    await db.close();
  }
}

/** The request, once it waits for the store for this reason. */
async function waitsFor(id: string, why: string): Promise<View> {
  return until(
    async () => {
      const view = await read(id);
      const { reason, sentence } = view.waiting ?? {};
      return reason === "store" && sentence?.includes(why) ? view : undefined;
    },
    { timeoutSeconds: 240, what: `the reason ${why}` },
  );
}

onDisk(
  `no file fails while the store is full, and all are done once there is room${why}`,
  async () => {
    disk = makeSmallFileSystem(4);
    service = await startService({
      INPUT_ROOTS: folder,
      STORE_URL: `file://${disk.path}/store`,
      LOCAL_WORKERS: "2",
      SWEEP_SECONDS: "0.5",
    });
    const first = await submit(inputs.slice(0, 1));
    await ended(first);
    const id = await submit();
    const full = await waitsFor(id, "no space is left on the device (ENOSPC)");
    expect(full.counters).toMatchObject({ total: files, failed: 0 });
    expect(full.counters.done).toBeLessThan(files);
    // Status 200: what makes room again must be allowed.
    const { warnings } = await until(async () => {
      const readiness = await call<{ warnings: { store?: string } }>("/readyz");
      return readiness.warnings.store !== undefined && readiness;
    });
    expect(warnings.store).toBe("The store is full: no space is left on the device (ENOSPC).");
    const deletion = await request(`${service.url}/v1/requests/${first}`, { method: "DELETE" });
    expect(deletion.statusCode).toBe(204);
    disk.resize(200);
    expect((await ended(id)).counters).toMatchObject({ done: files, failed: 0 });
    expect(await statusesOf(id)).toEqual(["given_back", "start", "success"]);
  },
  900_000,
);

onDisk(
  `files wait while the store is read-only, and are done once it can be written${why}`,
  async () => {
    disk = makeSmallFileSystem(64);
    service = await startService({
      INPUT_ROOTS: folder,
      STORE_URL: `file://${disk.path}/store`,
      LOCAL_WORKERS: "1",
      SWEEP_SECONDS: "0.5",
    });
    await ended(await submit(inputs.slice(0, 1)));
    disk.setReadOnly(true);
    const id = await submit(inputs.slice(0, 10));
    const { counters } = await waitsFor(id, "the file system is read-only (EROFS)");
    expect(counters).toMatchObject({ done: 0, failed: 0 });
    disk.setReadOnly(false);
    expect((await ended(id)).counters).toMatchObject({ done: 10, failed: 0 });
    const statuses = await statusesOf(id);
    expect(statuses.filter((status) => status !== "given_back")).toEqual(["start", "success"]);
  },
  900_000,
);
