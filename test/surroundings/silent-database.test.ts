// A database behind a network that holds up or loses what passes.
import { once } from "node:events";
import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Task } from "../../src/operations/contract.ts";
import { violationsOf } from "../facades/servicex/violations.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startProcess, startService } from "../support/service.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { until } from "../support/wait.ts";

/** of the few calls that are made here */
interface Answer {
  id: string;
  detail: string;
  tasks: Task[];
  answers: string[];
  state: string;
  counters: Record<string, number>;
  missing: Record<string, string>;
}

let database: FreshDatabase;
let proxy: TcpProxy;
let service: Service;

beforeAll(async () => {
  database = await freshDatabase();
  proxy = await startTcpProxy(database.url);
  service = await startService({
    DATABASE_URL: proxy.url,
    RUNNER: "external",
    OPERATIONS: "noop",
    // An outage costs no lease
    LEASE_SECONDS: "3600",
    SWEEP_SECONDS: "0.5",
  });
});
afterAll(async () => {
  await service?.remove();
  await proxy?.close();
  await database?.drop();
});

async function post(path: string, body: unknown) {
  const response = await fetch(`${service.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const { status, headers: answered } = response;
  return { status, headers: answered, body: (await response.json()) as Answer };
}

/** A request whose files are all claimed. */
async function claimed(files: number): Promise<{ id: string; tasks: Task[] }> {
  const { body } = await post("/v1/requests", {
    dataset: { files: Array.from({ length: files }, (_, index) => `/far/${index}`) },
    steps: [{ operation: "noop" }],
  });
  const tasks: Task[] = [];
  await until(async () => {
    const claim = { worker: "w", request: body.id, max: files, wait_seconds: 5 };
    const answer = await post("/v1/work/claim", claim);
    tasks.push(...answer.body.tasks);
    return tasks.length === files;
  });
  return { id: body.id, tasks };
}

function report(tasks: Task[]) {
  return post("/v1/work/reports", {
    worker: "w",
    reports: tasks.map(({ request, file, step, attempt }) => ({
      request,
      file,
      step,
      attempt,
      status: "success",
    })),
  });
}

async function readiness(): Promise<{ status: number; missing: Record<string, string> }> {
  const response = await fetch(`${service.url}/readyz`);
  return { status: response.status, missing: ((await response.json()) as Answer).missing };
}

const ready = () => until(async () => (await readiness()).status === 200);

async function completes(id: string, files: number): Promise<void> {
  const ended = await until(async () => {
    const response = await fetch(`${service.url}/v1/requests/${id}`);
    const request = (await response.json()) as Answer;
    return request.state === "complete" && request;
  });
  expect(ended.counters).toMatchObject({ total: files, done: files });
  expect(await violationsOf(service)).toEqual([]);
}

test("reports to a database that answers nothing are held, and recorded once it answers", async () => {
  const { id, tasks } = await claimed(20);
  proxy.freeze();
  const held = report(tasks);
  const { status, missing } = await readiness();
  expect([status, Object.keys(missing)]).toEqual([503, expect.arrayContaining(["database"])]);
  proxy.thaw();
  await ready();
  expect(await held).toMatchObject({ status: 200, body: { answers: tasks.map(() => "recorded") } });
  await completes(id, 20);
});

test("if it stays so, they are answered with 503, and sent again they are recorded without a restart", async () => {
  const { id, tasks } = await claimed(20);
  const { pid } = service;
  proxy.freeze();
  const refused = await report(tasks.slice(0, 10));
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(refused.body.detail).toContain("send them again");
  expect((await fetch(`${service.url}/v1/requests/${id}`)).status).toBe(503);
  expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  proxy.thaw();
  await ready();
  expect((await report(tasks)).status).toBe(200);
  await completes(id, 20);
  expect(service.pid).toBe(pid);
});

test("half-open connections are noticed and replaced, and what waited on them is done", async () => {
  const { id, tasks } = await claimed(20);
  proxy.dropSilently();
  const answer = await report(tasks);
  expect(answer).toMatchObject({ status: 200, body: { answers: tasks.map(() => "recorded") } });
  await completes(id, 20);
  await ready();
});

test("SIGTERM ends a service whose database answers nothing, with calls that wait for it", async () => {
  const { id, tasks } = await claimed(2);
  proxy.freeze();
  const calls = Promise.allSettled([report(tasks), fetch(`${service.url}/v1/requests/${id}`)]);
  expect((await readiness()).status).toBe(503);
  expect(await service.stop()).toBe(0);
  await calls;
  proxy.thaw();
  service = await service.again();
  expect((await report(tasks)).status).toBe(200);
  await completes(id, 2);
});

test("SIGTERM ends a start that waits for a database that answers nothing", async () => {
  proxy.freeze();
  const dataDir = temporaryFolder("silent");
  const { child, output } = startProcess({
    DATA_DIR: dataDir,
    DATABASE_URL: proxy.url,
  });
  await until(() => output.stderr.includes("workers call"));
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([0, null]);
  proxy.thaw();
  rmSync(dataDir, { recursive: true });
});
