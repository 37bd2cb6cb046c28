import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { childEnvironment } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import { moduleBeside, nodeProgram } from "../../src/program.ts";
import { type LocalRunnerOptions, openLocalRunner } from "../../src/runner/local.ts";
import { temporaryFolder } from "../support/folder.ts";
import { writeTable } from "../support/parquet.ts";
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
    inputRoots: [folder],
    inputHosts: [],
    limits: { memoryMegabytes: 256, seconds: 60, outputMegabytes: 64, threads: 1 },
    environment: childEnvironment(),
  };
}

/** Worker processes by their names, which are their last argument; and the query processes below them. */
function processes(what: string): { pid: number; name: string; parent: number }[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry) || !existsSync(`/proc/${entry}/cmdline`)) return [];
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
      const parent = Number(
        /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${entry}/status`, "utf8"))?.[1],
      );
      return command.some((word) => word.endsWith(what))
        ? [{ pid: Number(entry), name: command.at(-2) ?? "", parent }]
        : [];
    } catch (error) {
      // It ended while it was looked at
      if (error instanceof Error && /ENOENT|ESRCH/.test(error.message)) return [];
      throw error;
    }
  });
}

function workersOf(parent: number) {
  return processes("src/worker/main.ts").filter((worker) => worker.parent === parent);
}

runnerContract("local", async () => {
  const server = await startWorkServer();
  const runner = await openLocalRunner(optionsFor(server.url, "contract"));
  const mine = () => workersOf(process.pid);
  return {
    runner,
    workers: () => mine().map((worker) => worker.name),
    killWorker: (name) =>
      process.kill(mine().find((worker) => worker.name === name)?.pid ?? 0, "SIGKILL"),
    close: () => server.close(),
  };
});

test("workers that die at once come back ever more slowly, with the reason", async () => {
  const server = await startWorkServer();
  server.refusal = { status: 403, detail: "This token is not a worker's." };
  const dead: string[] = [];
  const runner = await openLocalRunner(optionsFor(server.url, "dying"));
  runner.onDeath((worker) => dead.push(worker));
  await runner.start({ id: "group", operations: ["noop"], size: 1 });
  const status = await until(async () => {
    const now = await runner.poll("group");
    return now.failed > 0 ? now : undefined;
  });
  expect(status).toMatchObject({
    running: 0,
    failed: 1,
    reason: expect.stringContaining("Workers die at once (exit code 1)"),
  });
  expect(status.reason).toContain("not a worker's");
  expect(dead.length).toBe(2);
  server.refusal = undefined;
  await until(async () => (await runner.poll("group")).running === 1);
  expect((await runner.poll("group")).reason).toBeUndefined();
  await runner.close();
  await server.close();
});

test("workers without work end, and come when there is some again", async () => {
  const server = await startWorkServer();
  const runner = await openLocalRunner({ ...optionsFor(server.url, "idle"), idleSeconds: 0.5 });
  const group = { id: "group", operations: ["noop"], size: 1 };
  await runner.start(group);
  await until(() => server.claims.length > 0);
  await until(() => workersOf(process.pid).length === 0);
  await until(async () => (await runner.poll("group")).running === 0);
  expect(await runner.poll("group")).toEqual({ starting: 0, running: 0, failed: 0 });
  server.waiting.push(workTask(server, 1));
  await runner.start(group);
  await until(() => server.reports.length === 1);
  await runner.close();
  await server.close();
});

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
    processes("sql/program.ts").find((one) => one.parent === worker.pid),
  );
  service.kill("SIGKILL");
  await once(service, "exit");
  const left = () =>
    [...processes("src/worker/main.ts"), ...processes("sql/program.ts")].filter(({ pid }) =>
      [worker.pid, query.pid].includes(pid),
    );
  await until(() => left().length === 0, { timeoutSeconds: 15 });
  expect(readdirSync(join(folder, "killed")).length).toBe(1);
  const next = await openLocalRunner(optionsFor(server.url, "killed"));
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
