import { createHash } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runWorker, type WorkerOptions } from "../../src/worker/run.ts";
import { temporaryFolder } from "../support/folder.ts";
import { rowsOf, writeTable } from "../support/parquet.ts";
import { until } from "../support/wait.ts";
import { workerOptions } from "../support/worker-options.ts";
import { startWorkServer, type WorkServer, workTask } from "./work-server.ts";

const folder = temporaryFolder("worker");
const input = join(folder, "input.parquet");
const scratch = join(folder, "scratch");
const endless =
  "select sum(a.x * b.x * c.x * d.x * e.x) from input a, input b, input c, input d, input e";
let server: WorkServer;
let stop: AbortController;
let running: Promise<void>[] = [];

beforeAll(() => writeTable(input, "SELECT i AS x FROM range(1000) t(i)"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  server = await startWorkServer();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await Promise.allSettled(running);
  running = [];
  await server.close();
});

function start(more: Partial<WorkerOptions> = {}): Promise<void> {
  const operations = ["transform", "noop"];
  const own = { roots: [folder], operations, scratch, stop: stop.signal };
  const worker = runWorker(workerOptions(server.url, { ...own, ...more }));
  running.push(worker);
  return worker;
}

function transformTask(file: number, selection: string, more = {}) {
  return workTask(server, file, {
    operation: "transform",
    settings: { generator: "sql", selection, format: "parquet" },
    replicas: [input],
    ...more,
  });
}

describe("a worker", () => {
  test("runs the query of a task, uploads the result and reports its size and checksum", async () => {
    server.waiting.push(transformTask(7, "select max(x) as top from input"));
    void start();
    const report = await until(() => server.reports[0]);
    const object = server.objects.get("7-1-1-out.parquet") ?? Buffer.alloc(0);
    const checksum = createHash("sha256").update(object).digest("hex");
    expect(report).toMatchObject({
      file: 7,
      step: 1,
      attempt: 1,
      status: "success",
      results: [{ name: "7-1-1-out.parquet", size: object.length, checksum }],
    });
    writeFileSync(join(folder, "fetched.parquet"), object);
    expect(await rowsOf(`SELECT top::INT FROM '${folder}/fetched.parquet'`)).toEqual([[999]]);
  });

  test("works for a service of an earlier version, which refuses keys that it does not know", async () => {
    server.claimKeys = ["worker", "request", "operations", "max", "wait_seconds", "upload_headers"];
    const worker = start({ operations: ["noop"] });
    for (const file of [1, 2, 3]) {
      server.waiting.push(workTask(server, file));
      const report = await until(() => server.reports[file - 1]);
      expect(report).toMatchObject({ file, status: "success" });
    }
    const refused = server.claims.filter((claim) => "claim_id" in claim);
    expect(refused).toHaveLength(1);
    stop.abort();
    await worker;
    expect(server.claims.every(({ max }) => max > 0)).toBe(true);
  });

  test("has all keys in its claims again once a service of an earlier version was away", async () => {
    server.claimKeys = ["worker", "request", "operations", "max", "wait_seconds", "upload_headers"];
    void start({ operations: ["noop"] });
    await until(() => server.claims.some((claim) => !("claim_id" in claim)));
    await server.away();
    server.claimKeys = undefined;
    server.claims = [];
    await server.back();
    const claim = await until(() => server.claims[0]);
    expect(claim).toHaveProperty("claim_id");
  });

  test("ends where a service refuses its claims for another reason", async () => {
    server.refusal = { status: 400, detail: "The operation noop is not offered." };
    await expect(start({ operations: ["noop"] })).rejects.toThrow("noop is not offered");
  });

  test("reads what the step before made by the URL it was given", async () => {
    void start();
    server.waiting.push(transformTask(1, "select x from input where x < 5"));
    await until(() => server.reports[0]?.status === "success");
    const made = `${server.url}/objects/1-1-1-out.parquet?signature=1`;
    server.waiting.push(transformTask(2, "select count(*) as n from input", { inputs: [made] }));
    const second = await until(() => server.reports[1]);
    expect(second).toMatchObject({ status: "success" });
    writeFileSync(join(folder, "second.parquet"), server.objects.get("2-1-1-out.parquet") ?? "");
    expect(await rowsOf(`SELECT n::INT FROM '${folder}/second.parquet'`)).toEqual([[5]]);
  });

  test("goes through tiny files in growing batches", async () => {
    server.waiting.push(...Array.from({ length: 3000 }, (_, at) => workTask(server, at)));
    const started = performance.now();
    void start();
    await until(() => server.reports.length === 3000);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(new Set(server.reports.map((report) => report.file)).size).toBe(3000);
    expect(Math.max(...server.claims.map((claim) => claim.max))).toBe(500);
    expect(server.reportCalls).toBeLessThan(100);
  });

  test("keeps its reports while the service is unavailable, and sends them afterwards", async () => {
    const downs: Promise<void>[] = [];
    server.answer = () => {
      if (downs.length === 0) downs.push(server.away());
      return "recorded";
    };
    server.waiting.push(workTask(server, 1), transformTask(2, "select x from input"));
    void start();
    await until(() => downs.length > 0);
    await downs[0];
    // What the service heard but never answered is said again
    server.reports = [];
    await server.back();
    await until(() => new Set(server.reports.map((report) => report.file)).size === 2);
  });

  test("sends a report again while its lease still holds when it gets no answer", async () => {
    server.unanswered = 1;
    server.waiting.push(workTask(server, 1, { lease_seconds: 12 }));
    void start();
    await until(() => server.reports.length > 0, { timeoutSeconds: 40 });
    expect(server.reportCalls).toBe(2);
  });

  test("reports a try that failed, with a reason, when an operation throws", async () => {
    server.waiting.push(
      transformTask(1, "select 1 from input", {
        uploads: [{ method: "PUT", url: `${server.url}/nowhere`, name: "x" }],
      }),
    );
    server.waiting.push(
      workTask(server, 2, {
        operation: "transform",
        replicas: ["/outside/x.parquet"],
        settings: { generator: "sql", selection: "select 1", format: "csv" },
      }),
    );
    void start();
    await until(() => server.reports.length === 2);
    const of = (file: number) => server.reports.find((report) => report.file === file);
    expect(of(1)).toMatchObject({
      status: "retry",
      error: {
        class: "unavailable",
        message: expect.stringContaining("The store answered the result with"),
      },
    });
    expect(of(2)).toMatchObject({
      status: "failure",
      error: { class: "forbidden", message: expect.stringContaining("INPUT_ROOTS") },
    });
  });

  test("tells copies of one file where the settings seem wrong, and of no other failure", async () => {
    const names = ["copy-1.csv", "copy-2.csv", "other.csv", "broken.csv"].map((name) =>
      join(folder, name),
    );
    for (const [index, text] of ["a\n1\n", "a\n1\n", "a\n2\n", "a\n1,2\n"].entries())
      writeFileSync(names[index] ?? "", text);
    for (const [index, path] of names.entries())
      server.waiting.push(
        transformTask(index, "select no_such_column from input", { replicas: [path] }),
      );
    void start();
    await until(() => server.reports.length === 4);
    const [first, second, other, broken] = names.map(
      (_, index) => server.reports.find(({ file }) => file === index)?.error,
    );
    expect(first).toMatchObject({ class: "bad_query", content: expect.stringMatching(/^\w{64}$/) });
    expect(second?.content).toBe(first?.content);
    expect(other).toMatchObject({ class: "bad_query" });
    expect(other?.content).not.toBe(first?.content);
    expect(broken).toMatchObject({ class: "bad_input" });
    expect(broken).not.toHaveProperty("content");
  });

  test("renews the leases of its tasks, and drops without a report those that it must give up", async () => {
    const task = transformTask(1, endless, { lease_seconds: 0.3 });
    server.waiting.push(task);
    void start();
    await until(() => server.heartbeats.length >= 2);
    expect(server.heartbeats[0]).toEqual([task.task]);
    server.giveUp.add(task.task);
    server.waiting.push(transformTask(2, "select 1 as x from input"));
    await until(() => server.reports.length > 0);
    expect(server.reports.map((report) => report.file)).toEqual([2]);
    const beats = server.heartbeats.length;
    server.waiting.push(transformTask(3, "select 1 as x from input"));
    await until(() => server.reports.length === 2);
    expect(server.heartbeats.slice(beats + 1).flat()).not.toContain(task.task);
  });

  test("that is stopped gives back what it cannot finish, soon, and leaves no folder", async () => {
    server.waiting.push(transformTask(1, endless));
    const worker = start({ graceSeconds: 0.2 });
    await until(() => existsSync(scratch));
    const asked = performance.now();
    stop.abort();
    await worker;
    expect(performance.now() - asked).toBeLessThan(3000);
    expect(server.reports).toMatchObject([
      {
        file: 1,
        status: "given_back",
        error: { class: "given_back", message: expect.stringContaining("stopped") },
      },
    ]);
    expect(existsSync(scratch)).toBe(false);
  });

  test("that is retired finishes its tasks and claims no more", async () => {
    const retire = new AbortController();
    server.waiting.push(
      transformTask(1, "select sum(a.x * b.x) as s from input a, input b, range(10)"),
    );
    const worker = start({ retire: retire.signal });
    await until(() => existsSync(scratch));
    retire.abort();
    server.waiting.push(transformTask(2, "select 1 as x from input"));
    await worker;
    expect(server.reports).toMatchObject([{ file: 1, status: "success" }]);
  });

  test("ends by itself when it had no work for long enough", async () => {
    await start({ idleSeconds: 0.3 });
    expect(server.claims.length).toBeGreaterThan(0);
  });

  test("ends with the service's sentence when it is refused", async () => {
    server.refusal = { status: 403, detail: "This token is not a worker's." };
    await expect(start()).rejects.toThrow(
      "POST /v1/work/claim was answered with 403: This token is not a worker's.",
    );
  });

  test("tries again when the service does not find the reported result", async () => {
    server.answer = (report) =>
      report.status === "success" ? "refused: there is no such object" : "recorded";
    server.waiting.push(transformTask(1, "select x from input"));
    void start();
    await until(() => server.reports.length === 2);
    expect(server.reports[1]).toMatchObject({
      status: "retry",
      error: { message: expect.stringContaining("no such object") },
    });
  });

  test("reports without what was read to a service of an earlier version", async () => {
    server.knowsInputs = false;
    server.waiting.push(transformTask(1, "select x from input"));
    void start();
    const report = await until(() => server.reports[0]);
    expect(report).toMatchObject({
      file: 1,
      status: "success",
      results: [{ size: expect.any(Number) }],
    });
    expect(report).not.toHaveProperty("input");
  });

  test("reports without what was read where only some reports are refused for it", async () => {
    server.answer = (report) => (report.input ? 'refused: "input" is not known here.' : "recorded");
    server.waiting.push(transformTask(1, "select x from input"));
    void start();
    const [first, second] = await until(() => server.reports.length === 2 && server.reports);
    const { input, ...plain } = first ?? {};
    expect(input).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(second).toEqual(plain);
  });

  test("does not let one report that is refused for ever hold up the others", async () => {
    server.indigestible = 3;
    server.waiting.push(...Array.from({ length: 8 }, (_, at) => workTask(server, at)));
    void start();
    await until(() => server.reports.length === 7);
    expect(server.reports.map((report) => report.file).sort()).toEqual([0, 1, 2, 4, 5, 6, 7]);
  });
});
