import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { childEnvironment } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import { moduleBeside, nodeProgram } from "../../src/program.ts";
import type { WorkerGroup } from "../../src/runner/contract.ts";
import { type LocalRunnerOptions, openLocalRunner } from "../../src/runner/local.ts";
import { temporaryFolder } from "../support/folder.ts";
import { writeTable } from "../support/parquet.ts";
import { processes } from "../support/processes.ts";
import { until } from "../support/wait.ts";
import { startWorkServer, workTask } from "../worker/work-server.ts";
import { runnerContract } from "./contract.ts";

const folder = temporaryFolder("runner");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function optionsFor(url: string, name: string): LocalRunnerOptions {
  return {
    internalUrl: () => url,
    log: silentLog(),
    logLevel: "error",
    capacity: 3,
    scratch: join(folder, name),
    facility: {},
    inputFolders: { roots: [folder], closed: [] },
    inputHosts: [],
    limits: { memoryMegabytes: 256, seconds: 60, outputMegabytes: 64, threads: 1 },
    environment: childEnvironment(),
    silentSeconds: 60,
    startSeconds: 120,
  };
}

function workersOf(parent: number) {
  return processes("worker/main").filter((worker) => worker.parent === parent);
}

runnerContract("local", async () => {
  const server = await startWorkServer();
  const runner = await openLocalRunner({ ...optionsFor(server.url, "contract"), logLevel: "info" });
  const mine = () => workersOf(process.pid);
  return {
    runner,
    workers: {
      names: () => mine().map((worker) => worker.name),
      kill: (name) =>
        process.kill(mine().find((worker) => worker.name === name)?.pid ?? 0, "SIGKILL"),
      allow(started) {
        const detail = "This token is not a worker's.";
        server.refusal = started ? undefined : { status: 403, detail };
      },
    },
    close: () => server.close(),
  };
});

const group = { key: "group", operations: ["noop"], credentials: {}, size: 1 };

test("the sentence of workers that die at once has the reason they gave", async () => {
  const server = await startWorkServer();
  server.refusal = { status: 403, detail: "This token is not a worker's." };
  const runner = await openLocalRunner(optionsFor(server.url, "dying"));
  await runner.reconcile([group]);
  const [trouble] = await until(() => {
    const { troubles = [] } = runner.statuses().get("group") ?? {};
    return troubles.length > 0 ? troubles : undefined;
  });
  expect(trouble?.sentence).toBe(
    "Workers die as soon as they start (exit code 1: POST /v1/work/claim was answered with " +
      "403: This token is not a worker's.).",
  );
  await runner.close();
  await server.close();
});

test("a user reads the end of the log of workers that die as soon as they start, without secrets", async () => {
  const server = await startWorkServer();
  const secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ3In0.c2lnbmF0dXJl";
  const detail = `No worker of this kind ${"x".repeat(2000)} may claim; token=${secret}`;
  server.refusal = { status: 403, detail };
  const runner = await openLocalRunner(optionsFor(server.url, "last-words"));
  await runner.reconcile([group]);
  const trouble = await until(() => runner.statuses().get("group")?.troubles[0]);
  expect(trouble.lastWords).toMatch(/^….*may claim; token=\*\*\*/s);
  expect(trouble.lastWords?.length).toBe(600);
  expect(trouble.sentence.length).toBeLessThan(400);
  expect(JSON.stringify(trouble)).not.toContain(secret.slice(0, 20));
  await runner.close();
  await server.close();
});

test("a worker that cannot be started is reported, and the service goes on", async () => {
  const runner = await openLocalRunner(optionsFor("http://127.0.0.1:1", "missing"));
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => void unhandled.push(reason);
  process.on("unhandledRejection", onUnhandled);
  const { execPath } = process;
  process.execPath = join(folder, "no-node-here");
  try {
    await runner.reconcile([group]);
    const trouble = await until(() => runner.statuses().get("group")?.troubles[0]);
    expect(trouble.sentence).toContain("ENOENT");
    expect(unhandled).toEqual([]);
  } finally {
    process.execPath = execPath;
    process.off("unhandledRejection", onUnhandled);
    await runner.close();
  }
});

test("the work token is presented, and a container is not started", async () => {
  const server = await startWorkServer();
  const runner = await openLocalRunner(optionsFor(server.url, "token"));
  const workload: WorkerGroup["workload"] = {
    run: "1d5b3b6a-62a7-4f2e-9a3e-0a2d0f2c7c11",
    image: "example.org/science:1",
    language: "python",
    command: "/generated/transform_single_file.py",
    format: "parquet",
    destination: "object-store",
    files: {},
  };
  await runner.reconcile([
    { ...group, credentials: { workToken: "a-work-token" } },
    { ...group, key: "image", workload },
  ]);
  expect(runner.statuses().get("image")).toMatchObject({
    running: 0,
    troubles: [
      {
        kind: "other",
        sentence:
          "This step needs the container example.org/science:1, and RUNNER=local starts none.",
      },
    ],
  });
  await until(() => server.tokens.has("Bearer a-work-token"));
  const [worker] = workersOf(process.pid);
  expect(readFileSync(`/proc/${worker?.pid}/cmdline`, "utf8")).not.toContain("a-work-token");
  await runner.close();
  await server.close();
});

test("a frozen worker is killed and replaced, and is reported as dead", async () => {
  const server = await startWorkServer();
  const runner = await openLocalRunner({ ...optionsFor(server.url, "frozen"), silentSeconds: 8 });
  const dead: string[] = [];
  runner.onDeath((worker) => dead.push(worker));
  await runner.reconcile([group]);
  await until(() => runner.statuses().get("group")?.running === 1);
  const [frozen] = workersOf(process.pid);
  process.kill(frozen?.pid ?? 0, "SIGSTOP");
  await until(() => dead.includes(frozen?.name ?? ""), { timeoutSeconds: 90 });
  const next = await until(() => workersOf(process.pid).find(({ pid }) => pid !== frozen?.pid), {
    timeoutSeconds: 60,
  });
  expect(next.name).not.toBe(frozen?.name);
  await until(() => runner.statuses().get("group")?.running === 1, { timeoutSeconds: 60 });
  expect(workersOf(process.pid).map(({ pid }) => pid)).not.toContain(frozen?.pid);
  await runner.close();
  await server.close();
});

test("a worker that is frozen before it is ready is killed and replaced", async () => {
  const server = await startWorkServer();
  const runner = await openLocalRunner({ ...optionsFor(server.url, "stuck"), startSeconds: 20 });
  const dead: string[] = [];
  runner.onDeath((worker) => dead.push(worker));
  await runner.reconcile([group]);
  const frozen = await until(() => workersOf(process.pid)[0], { everyMilliseconds: 5 });
  process.kill(frozen.pid, "SIGSTOP");
  await until(() => dead.includes(frozen.name), { timeoutSeconds: 120 });
  await until(() => workersOf(process.pid).some(({ pid }) => pid !== frozen.pid), {
    timeoutSeconds: 120,
  });
  await runner.close();
  await server.close();
}, 300_000);

test("a worker that is no longer wanted finishes its work first", async () => {
  const server = await startWorkServer();
  const runner = await openLocalRunner(optionsFor(server.url, "retired"));
  await runner.reconcile([group]);
  await until(() => server.claims.length > 0);
  server.waiting.push(workTask(server, 1));
  await until(() => server.waiting.length === 0);
  await runner.reconcile([]);
  await until(() => workersOf(process.pid).length === 0 && runner.statuses().size === 0);
  expect(server.reports.map(({ status }) => status)).toContain("success");
  await runner.close();
  await server.close();
});

test("a worker that cannot report when its service stops is known to the next one", async () => {
  const server = await startWorkServer();
  const runner = await openLocalRunner(optionsFor(server.url, "stopped"));
  await runner.reconcile([group]);
  await until(() => server.claims.length > 0, { timeoutSeconds: 240 });
  // Its file is reported to nobody.
  server.unanswered = Number.POSITIVE_INFINITY;
  server.waiting.push(workTask(server, 1));
  await until(() => server.reportCalls > 0, { timeoutSeconds: 240 });
  const [worker] = workersOf(process.pid);
  await runner.close();
  const next = await openLocalRunner(optionsFor(server.url, "stopped"));
  expect(next.endedBefore).toEqual([worker?.name]);
  await next.close();
  // It ended before the files were taken from the worker.
  const third = await openLocalRunner(optionsFor(server.url, "stopped"));
  expect(third.endedBefore).toEqual([worker?.name]);
  await third.forgetEndedBefore();
  await third.close();
  expect((await openLocalRunner(optionsFor(server.url, "stopped"))).endedBefore).toEqual([]);
  await server.close();
}, 600_000);

test("a service that is killed leaves no worker and no query behind", async () => {
  const server = await startWorkServer();
  await writeTable(join(folder, "input.parquet"), "SELECT i AS x FROM range(1000) t(i)");
  const endless =
    "select sum(a.x * b.x * c.x * d.x * e.x) from input a, input b, input c, input d, input e";
  server.waiting.push(
    workTask(server, 1, {
      operation: "transform",
      replicas: [join(folder, "input.parquet")],
      settings: { generator: "sql", selection: endless, format: "parquet" },
    }),
  );
  const service = startStandIn(server.url);
  const worker = await until(() => workersOf(service.pid ?? 0)[0]);
  const query = await until(() =>
    processes("sql/program").find((one) => one.parent === worker.pid),
  );
  service.kill("SIGKILL");
  await once(service, "exit");
  const left = () =>
    [...processes("worker/main"), ...processes("sql/program")].filter(({ pid }) =>
      [worker.pid, query.pid].includes(pid),
    );
  await until(() => left().length === 0, { timeoutSeconds: 15 });
  expect(readdirSync(join(folder, "killed")).length).toBe(1);
  const next = await openLocalRunner(optionsFor(server.url, "killed"));
  expect(next.endedBefore).toEqual([worker.name]);
  await next.forgetEndedBefore();
  expect(readdirSync(join(folder, "killed"))).toEqual([]);
  await next.close();
  await server.close();
});

/** A process that has a local runner with one worker, and nothing else. */
function startStandIn(url: string): ChildProcess {
  const { command, args } = nodeProgram(moduleBeside(import.meta.url, "./stand-in"));
  const { internalUrl: _, log: __, ...options } = optionsFor(url, "killed");
  return spawn(command, [...args, JSON.stringify({ ...options, url })], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}
