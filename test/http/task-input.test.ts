// Which files of the service's machine a worker elsewhere may read through it, and when.
import { once } from "node:events";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Task } from "../../src/operations/contract.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/wait.ts";

const folder = temporaryFolder("task-input");
const data = join(folder, "data");
mkdirSync(data);
const file = join(data, "a.csv");
const bytes = "x\n1\n2\n";
const secret = join(folder, "secret.csv");
let api: Api;

beforeAll(async () => {
  writeFileSync(file, bytes);
  writeFileSync(secret, "secret\n");
  api = await openApi({ env: { INPUT_ROOTS: data } });
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const taskOf = (...replicas: string[]) => taskFrom(api, ...replicas);

/** A task of this file, which the worker `w` holds. */
async function taskFrom(api: Api, ...replicas: string[]): Promise<Task> {
  const dataset = { files: [replicas.length === 1 ? replicas[0] : replicas] };
  const body = { dataset, steps: [{ operation: "noop" }] };
  const submitted = await api.post("/v1/requests", body);
  expect(submitted.status, submitted.text).toBeLessThan(300);
  const { id } = submitted.json() as { id: string };
  const [task] = await api.ledger.claim(1, { request: id });
  if (!task) throw new Error("There was no task.");
  return task;
}

const read = (task: string, token?: string, { worker = "w", replica = 0 } = {}): Promise<Answer> =>
  api.get(
    `/v1/work/tasks/${task}/replicas/${replica}?worker=${worker}`,
    token === undefined ? {} : { authorization: `Bearer ${token}` },
  );
const codeOf = (answer: Answer) => [answer.status, String(answer.json().type).split(":").at(-1)];
const gone = [404, "not_found"];

test("the worker that holds a task reads its file, and no other worker does", async () => {
  const { task } = await taskOf(file);
  const answer = await read(task);
  expect([answer.status, answer.text]).toEqual([200, bytes]);
  expect(answer.headers).toMatchObject({
    "content-length": String(bytes.length),
    "cache-control": "no-store",
  });
  expect(codeOf(await read(task, undefined, { worker: "other" }))).toEqual(gone);
  expect(codeOf(await read(task, undefined, { replica: 1 }))).toEqual(gone);
  expect((await api.get(`/v1/work/tasks/${task}/replicas/0`)).status).toBe(400);
});

test("a token reads the tasks that it may claim, and nothing else", async () => {
  const { task, request } = await taskOf(file);
  const issue = (scope: object, seconds = 60) => api.ledger.ctx.workTokens.issue(scope, seconds);
  expect((await read(task, await issue({ operations: ["noop"], request }))).text).toBe(bytes);
  expect(codeOf(await read(task, await issue({ operations: ["transform"] })))).toEqual(gone);
  expect(codeOf(await read(task, await issue({ request: crypto.randomUUID() })))).toEqual(gone);
  expect((await read(task, await issue({}, -1))).status).toBe(401);
  expect((await read(task, "x")).status).toBe(401);
});

test("a task that is over, of another attempt, or none at all has no file", async () => {
  const task = await taskOf(file);
  const { request, file: number } = task;
  const others = [
    `${request}.${number}.1.2`,
    `${request}.${number}.2.1`,
    `${request}.${number + 1}.1.1`,
    `${crypto.randomUUID()}.${number}.1.1`,
    `${"-".repeat(36)}.1.1.1`,
    "..%2f..%2fetc%2fpasswd",
  ];
  for (const other of others) expect(codeOf(await read(other)), other).toEqual(gone);
  await api.ledger.report(task, "success");
  expect(codeOf(await read(task.task))).toEqual(gone);

  const canceled = await taskOf(file);
  await api.post(`/v1/requests/${canceled.request}/cancel`, {});
  expect(codeOf(await read(canceled.task))).toEqual(gone);
});

test("the service's own rules hold: it opens no link that leads out of its roots", async () => {
  const link = join(data, "link.csv");
  symlinkSync(secret, link);
  for (const path of [link, secret, `file://${secret}`, join(data, "..", "secret.csv")]) {
    const { task } = await taskOf(path);
    const answer = await read(task);
    expect(codeOf(answer), path).toEqual([403, "input_forbidden"]);
    expect(answer.json().detail).toContain("INPUT_ROOTS");
  }
});

test("what is missing, a folder, or elsewhere is said in words", async () => {
  const missing = await read((await taskOf(join(data, "none.csv"))).task);
  expect(codeOf(missing)).toEqual([404, "input_not_found"]);
  expect(missing.json().detail).toContain("There is no file");
  expect(codeOf(await read((await taskOf(data)).task))).toEqual([422, "input_bad_input"]);
  const { task } = await taskOf("https://example.org/a.csv", file);
  expect(codeOf(await read(task))).toEqual([409, "not_a_local_file"]);
  expect((await read(task, undefined, { replica: 1 })).text).toBe(bytes);
});

test("an empty file is read as such", async () => {
  const empty = join(data, "empty.csv");
  writeFileSync(empty, "");
  const answer = await read((await taskOf(empty)).task);
  expect([answer.status, answer.text]).toEqual([200, ""]);
});

/** As a worker does, on a connection that is kept; nothing of the body is read yet. */
async function begin(task: string, signal: AbortSignal, { method = "GET", from = api } = {}) {
  const asked = request(`${from.url}/v1/work/tasks/${task}/replicas/0?worker=w`, {
    method,
    agent: new Agent({ keepAlive: true }),
    signal,
  });
  asked.on("error", () => undefined);
  asked.end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return response;
}

test("a file that becomes shorter while it is read ends the connection at once", async () => {
  const long = join(data, "long.csv");
  writeFileSync(long, "");
  truncateSync(long, 200_000_000);
  const signal = AbortSignal.timeout(10_000);
  const response = await begin((await taskOf(long)).task, signal);
  truncateSync(long, 0);
  await expect(finished(response.resume())).rejects.toThrow();
  expect(signal.aborted).toBe(false);
});

test("a worker that reads slowly gets no more of a file once it has lost the task", async () => {
  const slow = join(data, "slow.csv");
  writeFileSync(slow, "");
  truncateSync(slow, 200_000_000_000);
  const from = await openApi({ env: { INPUT_ROOTS: data, LEASE_SECONDS: "3" } });
  try {
    const { task, request: id } = await taskFrom(from, slow);
    const response = await begin(task, AbortSignal.timeout(60_000), { from });
    response.on("error", () => undefined);
    expect(response.statusCode).toBe(200);
    await from.post(`/v1/requests/${id}/cancel`, {});
    await until(
      () => {
        response.read();
        return response.destroyed;
      },
      { timeoutSeconds: 30, what: "the end of the connection" },
    );
    expect(response.complete).toBe(false);
  } finally {
    await from.close();
  }
});

test("HEAD tells the size of a file without reading it", async () => {
  const huge = join(data, "huge.csv");
  writeFileSync(huge, "");
  truncateSync(huge, 200_000_000_000);
  const response = await begin((await taskOf(huge)).task, AbortSignal.timeout(10_000), {
    method: "HEAD",
  });
  expect(response.headers["content-length"]).toBe("200000000000");
  response.resume();
});
