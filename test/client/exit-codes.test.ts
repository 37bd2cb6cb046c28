// The command line, driven to each of its exit codes on a real service.
import { rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ExitName, exits } from "../../src/client/cli/exit-codes.ts";
import { type Ran, runCli, startCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

let service: Service;
let cwd: string;

beforeAll(async () => {
  cwd = temporaryFolder("exit-codes");
  writeFileSync(`${cwd}/good.csv`, "x\n1\n");
  writeFileSync(`${cwd}/broken.parquet`, "this is no Parquet");
  service = await startService({
    RUNNER: "external",
    OPERATIONS: "transform,noop",
    INPUT_ROOTS: cwd,
  });
});
afterAll(async () => {
  await service?.remove();
  rmSync(cwd, { recursive: true });
});

const env = () => ({ LONGSHORE_URL: service.url });
const longshore = (args: string[], more: Record<string, string> = {}) =>
  runCli(args, { cwd, env: { ...env(), ...more } });

/** noop has no worker here, so such a request goes on until it is canceled. */
const endless = ["submit", "--files", "a", "--operation", "noop"];

/** A code without a way to it does not compile. */
const ways: Record<ExitName, () => Promise<Ran>> = {
  done: () => longshore(["list"]),
  someFailed: async () => {
    const worker = startCli(["worker", "--operations", "transform"], {
      cwd,
      env: { ...env(), INPUT_ROOTS: cwd },
    });
    const files = ["--files", "good.csv", "broken.parquet"];
    const ran = await longshore(["submit", ...files, "--sql", "select * from input", "--wait"]);
    worker.child.kill("SIGTERM");
    await worker.ended;
    return ran;
  },
  usedWrongly: () => longshore(["show", "999"]),
  // With identity off, the service refuses other users only: see test/attacks/another-user.test.ts.
  refused: () => {
    const database = new URL(service.databaseUrl ?? "");
    database.username = "somebody_else";
    return longshore(["migrate"], { DATABASE_URL: database.href });
  },
  notReachable: () => longshore(["list"], { LONGSHORE_URL: "http://127.0.0.1:1" }),
  requestFailed: async () => {
    const id = (await longshore(endless)).stdout.trim();
    await longshore(["cancel", id]);
    return longshore(["watch", id]);
  },
  detached: async () => {
    const waiting = startCli([...endless, "--wait"], { cwd, env: env() });
    await until(() => waiting.stderr().includes("running"), { timeoutSeconds: 60 });
    waiting.child.kill("SIGINT");
    return waiting.ended;
  },
};

test.each(Object.keys(ways) as ExitName[])(
  "the command line ends with the code for %s",
  async (name) => {
    const { code, stdout, stderr } = await ways[name]();
    expect({ code, stdout, stderr }).toMatchObject({ code: exits[name] });
    expect(stderr).not.toMatch(/\n\s+at /);
  },
);
