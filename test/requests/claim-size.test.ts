// A claim's answer has a limit in bytes: what does not fit stays queued and loses no try.
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Task } from "../../src/operations/contract.ts";
import { noop } from "../../src/operations/noop/index.ts";
import { workTopic } from "../../src/queue/contract.ts";
import { openWorkApi } from "../../src/worker/work-api.ts";
import { type Api, openApi } from "../support/api.ts";
import { addPerson, bearer } from "../support/people.ts";
import { until } from "../support/wait.ts";

const megabyte = 1024 * 1024;
/** of settings, of addresses, and one more task of each */
const largestAnswer = 20 * megabyte;

let api: Api;
beforeAll(async () => {
  const settings = z.strictObject({ selection: z.string() });
  const wide = { ...noop, name: "wide", settings, example: { settings: { selection: "x" } } };
  // The sweep would publish lost messages again.
  api = await openApi({ operations: [wide], env: { SWEEP_SECONDS: "600" } });
});
afterEach(async () => expect(await api.ledger.violations()).toEqual([]));
afterAll(() => api.close());

const selection = "select x ".repeat(megabyte / 9);

async function submitted(files: unknown[], operation = "wide"): Promise<string> {
  const step = operation === "wide" ? { operation, selection } : { operation };
  const { status, json } = await api.post("/v1/requests", { dataset: { files }, steps: [step] });
  expect(status).toBe(201);
  const request = String(json().id);
  // A read of the request would bring its settings each time.
  const topic = workTopic(operation, request);
  await until(
    async () => (await api.ledger.ctx.queue.depths([topic])).get(topic) === files.length,
    { everyMilliseconds: 200 },
  );
  return request;
}

interface ClaimAnswer {
  tasks: (Omit<Task, "settings"> & { settings?: Task["settings"] })[];
  settings?: Record<string, Task["settings"]>;
}

async function claim(request: string, more: object = {}): Promise<ClaimAnswer> {
  const body = { worker: "w", request, operations: ["wide", "noop"], max: 1000, ...more };
  const { status, text } = await api.post("/v1/work/claim", body);
  expect(status).toBe(200);
  expect(Buffer.byteLength(text)).toBeLessThan(largestAnswer);
  return JSON.parse(text) as ClaimAnswer;
}

/** Claims until nothing is left; returns the number of files that each claim got. */
async function claimAll(request: string, files: number): Promise<number[]> {
  const claimed = new Set<number>();
  const sizes: number[] = [];
  while (claimed.size < files) {
    const { tasks } = await claim(request, { wait_seconds: 30 });
    expect(tasks.length).toBeGreaterThan(0);
    for (const { file, attempt } of tasks) {
      expect(claimed.has(file)).toBe(false);
      expect(attempt).toBe(1);
      claimed.add(file);
    }
    sizes.push(tasks.length);
  }
  const rows = await api.ledger.ctx.db.query(
    "SELECT DISTINCT state, attempt, tries FROM request_files WHERE request_id = $1",
    [request],
  );
  expect(rows).toEqual([{ state: "running", attempt: 1, tries: 0 }]);
  return sizes;
}

const names = (files: number) => Array.from({ length: files }, (_, at) => `/data/${at}.parquet`);

test("a claim of 1,000 files whose settings have 1 MB gets some of them, and later claims the rest", async () => {
  const request = await submitted(names(1000));
  const first = await claim(request);
  expect(first.tasks.map((task) => task.settings)).toEqual(first.tasks.map(() => ({ selection })));
  expect(first.tasks.length).toBeGreaterThan(1);
  expect(first.tasks.length).toBeLessThan(20);
  const { counters } = await api.ledger.read(request);
  expect(counters).toMatchObject({
    queued: 1000 - first.tasks.length,
    running: first.tasks.length,
  });
  const { tasks, settings } = await claim(request, { settings_once: true });
  expect(tasks).toHaveLength(1000 - first.tasks.length);
  expect(tasks.some((task) => "settings" in task)).toBe(false);
  expect(settings).toEqual({ [`${request}.1`]: { selection } });
});

test("a worker that takes whole tasks gets every file, a few at a time", async () => {
  const request = await submitted(names(30));
  expect(Math.max(...(await claimAll(request, 30)))).toBeLessThan(20);
});

test("our worker asks for settings once, and its tasks have them", async () => {
  const request = await submitted(names(100));
  const work = openWorkApi({ url: api.url, worker: "w" });
  const { signal } = new AbortController();
  const tasks = await work.claim({
    id: randomUUID(),
    repeated: false,
    operations: ["wide"],
    request,
    max: 100,
    waitSeconds: 0,
    signal,
  });
  await work.close();
  expect(tasks).toHaveLength(100);
  for (const task of tasks) expect(task.settings).toEqual({ selection });
});

test("files with long lists of replicas come in several answers, each file once", async () => {
  const replicas = Array.from({ length: 100 }, (_, at) => `/data/${at}/${"x".repeat(4000)}`);
  const request = await submitted(
    Array.from({ length: 25 }, (_, at) => [...replicas.slice(1), `/data/own-${at}`]),
    "noop",
  );
  const sizes = await claimAll(request, 25);
  expect(sizes.length).toBeGreaterThan(1);
  expect(Math.max(...sizes)).toBeGreaterThan(1);
});

test("many workers that wait for long settings are all served", async () => {
  const request = await submitted(names(40));
  const claims = Array.from({ length: 40 }, (_, at) =>
    claim(request, { worker: `w${at}`, max: 1, wait_seconds: 30 }),
  );
  const answers = await Promise.all(claims);
  expect(answers.map(({ tasks }) => tasks.length)).toEqual(answers.map(() => 1));
});

test("what is barred to the owner, which each task says, comes in several answers", async () => {
  const people = await openApi({ env: { ENABLE_AUTH: "true" } });
  const { ctx } = people.ledger;
  const ann = await addPerson(ctx);
  await ctx.db.query("INSERT INTO groups (id, name) VALUES (gen_random_uuid(), 'Others')");
  await ctx.db.query(
    `INSERT INTO bindings (kind, target, group_id)
     SELECT 'root', '/' || n || repeat('x', 4000), groups.id
     FROM groups, generate_series(1, 500) n`,
  );
  const dataset = { files: names(12) };
  const body = { dataset, steps: [{ operation: "noop" }] };
  const made = await people.post("/v1/requests", body, bearer(ann.accessToken));
  expect(made.status, made.text).toBe(201);
  await people.ledger.published(String(made.json().id), 12);
  const token = await ctx.workTokens.issue({}, 600);
  const sizes: number[] = [];
  while (sizes.reduce((sum, size) => sum + size, 0) < 12) {
    const wanted = { worker: "w", operations: ["noop"], max: 1000, wait_seconds: 30 };
    const all = { ...wanted, leaves_barred: true };
    const { status, text } = await people.post("/v1/work/claim", all, bearer(token));
    expect(status).toBe(200);
    expect(Buffer.byteLength(text)).toBeLessThan(largestAnswer);
    const { tasks } = JSON.parse(text) as ClaimAnswer;
    for (const task of tasks) expect(task.barred?.folders).toHaveLength(500);
    sizes.push(tasks.length);
  }
  expect(sizes.length).toBeGreaterThan(1);
  expect(Math.max(...sizes)).toBeGreaterThan(1);
  await people.close();
});
