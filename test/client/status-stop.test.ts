// Whether a service runs here, and its end, by the command line.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ServiceStatus } from "../../src/client/cli/commands/status.ts";
import { runCli } from "../support/cli.ts";
import { runCliInside } from "../support/cli-inside.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { until } from "../support/wait.ts";

let database: FreshDatabase;
let proxy: TcpProxy;
let service: Service;
let other: ChildProcess | undefined;
const empty = temporaryFolder("no-service");

beforeAll(async () => {
  database = await freshDatabase();
  proxy = await startTcpProxy(database.url);
  service = await startService({ DATABASE_URL: proxy.url, RUNNER: "external", OPERATIONS: "noop" });
});
afterEach(() => other?.kill("SIGKILL"));
afterAll(async () => {
  await service?.remove();
  await proxy?.close();
  await database?.drop();
  rmSync(empty, { recursive: true });
});

/** In the service's folder; its address is not set. */
const longshore = (args: string[], env: Record<string, string> = {}) =>
  runCliInside(args, { env: { DATA_DIR: service.dataDir, ...env } });
const asProgram = (...args: string[]) => runCli(args, { env: { DATA_DIR: service.dataDir } });

test("of a service that is ready, status says where it is, its version and its open requests", async () => {
  const steps = [{ operation: "noop" }];
  const submitted = await fetch(`${service.url}/v1/requests`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ dataset: { files: ["/far/1"] }, steps }),
  });
  const { id } = (await submitted.json()) as { id: string };
  await until(async () => (await stateOf(id)) === "running");

  const { code, stdout, stderr } = await asProgram("status");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.split("\n")).toEqual([
    expect.stringMatching(new RegExp(`^Longshore \\d+\\.\\d+\\.\\d+ is ready at ${service.url}$`)),
    `data folder  ${service.dataDir} (process ${service.pid})`,
    "requests     1 running",
    "",
  ]);
  const json = JSON.parse((await longshore(["status", "--json"])).stdout) as ServiceStatus;
  expect(json).toMatchObject({
    state: "ready",
    url: service.url,
    pid: service.pid,
    requests: { submitted: 0, lookup: 0, running: 1, canceling: 0 },
  });
});

test("of a service elsewhere, status names no folder of this machine", async () => {
  const { code, stdout } = await longshore(["status"], {
    DATA_DIR: empty,
    LONGSHORE_URL: service.url,
  });
  expect(code).toBe(0);
  expect(stdout).toContain(`is ready at ${service.url}`);
  expect(stdout).not.toContain("data folder");
});

test("status says what is away, and ends with 4 until it is back", async () => {
  proxy.freeze();
  await until(async () => (await fetch(`${service.url}/readyz`)).status === 503);
  const { code, stdout } = await longshore(["status"]);
  proxy.thaw();
  expect(code).toBe(4);
  expect(stdout).toContain(`at ${service.url} is not ready\n`);
  expect(stdout).toMatch(/\ndatabase {5}\S/);
  await until(async () => (await longshore(["status"])).code === 0);
});

test("where none runs, status and stop say so and end with 4", async () => {
  const env = { DATA_DIR: empty, LONGSHORE_URL: "http://127.0.0.1:9" };
  const status = await longshore(["status"], env);
  expect(status.code).toBe(4);
  expect(status.stdout).toMatch(
    /^No Longshore service answers at http:\/\/127\.0\.0\.1:9 .*\nStart/,
  );
  const stop = await longshore(["stop"], env);
  expect([stop.code, stop.stderr]).toEqual([
    4,
    expect.stringContaining(`No service runs on ${empty}.`),
  ]);
});

test("another server is not taken for a service", async () => {
  const page = createServer((_, answer) => answer.end("hello")).listen(0, "127.0.0.1");
  await once(page, "listening");
  const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
  const { code, stdout } = await longshore(["status", "--url", url]);
  page.close();
  expect([code, stdout]).toEqual([4, expect.stringContaining("is something else")]);
});

test("the status of a request is shown by another command, which is named", async () => {
  const { code, stderr } = await longshore(["status", "3"]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/ show 3`/)]);
});

test.each([
  ["began at another time", { startedAt: "another-boot 1" }, 4],
  ["may have begun at another time", {}, 3],
])("stop leaves a process alone that has the service's number and %s", async (_, holder, code) => {
  const dataDir = join(empty, String(code));
  mkdirSync(dataDir);
  other = spawn("sleep", ["600"]);
  writeFileSync(join(dataDir, "lock"), JSON.stringify({ pid: other.pid, ...holder }));
  expect((await longshore(["stop"], { DATA_DIR: dataDir })).code).toBe(code);
  expect(other.signalCode ?? other.exitCode).toBeNull();
  expect(process.kill(other.pid ?? 0, 0)).toBe(true);
});

test("stop ends the service of its folder, in order, and waits for it", async () => {
  const { code, stdout, stderr } = await asProgram("stop");
  expect({ code, stdout }).toEqual({ code: 0, stdout: "The service has stopped.\n" });
  expect(stderr).toContain(`Stopping the service on ${service.dataDir} (process ${service.pid})`);
  expect(await service.stop()).toBe(0);
  expect((await longshore(["stop"])).code).toBe(4);
});

async function stateOf(id: string): Promise<string> {
  const response = await fetch(`${service.url}/v1/requests/${id}`);
  return ((await response.json()) as { state: string }).state;
}
