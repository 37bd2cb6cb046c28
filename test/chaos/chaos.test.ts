import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { describeLeft } from "../support/left.ts";
import { until } from "../support/wait.ts";
import { runChaos } from "./run.ts";
import { isClean } from "./table.ts";

const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
const say = (line: string) => void process.stdout.write(`${line}\n`);
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
});

test(`server, workers and Postgres are killed at random, and every file is accounted for (CHAOS_SEED=${seed} repeats it)`, async () => {
  const report = await runChaos({ seed, files: 2000, kills: 8, timeoutSeconds: 240, say });
  expect(report.violations).toEqual([]);
  expect(report.lost).toEqual([]);
  expect(report.left).toEqual([]);
  expect(report.faults).toEqual({ kill: 8 });
  expect(report.files).toBe(2000);
  expect(report.acknowledged).toBeGreaterThan(1000);
}, 300_000);

// This seed cancels nothing, which would make room.
test("a run whose store is too small ends early, and says so", async ({ skip }) => {
  const faults = ["disk-full"] as const;
  const report = await runChaos({ seed: 2, files: 600, kills: 0, faults, storeMegabytes: 1, say });
  const [skipped] = report.skipped;
  if (skipped !== undefined) return skip(skipped);
  expect(report.violations[0]).toBe(
    "The store of the run is full: its 1 MB are too few for all results.",
  );
  expect(report.violations[1]).toMatch(
    / is still running: .*(files? waits? until results can be|waits for the store)/,
  );
  expect(isClean(report)).toBe(false);
  expect(report.lost).toEqual([]);
}, 300_000);

for (const [signal, code] of [["SIGINT", 130] as const, ["SIGKILL", null] as const])
  test(`a run that ${signal} ends leaves no process, mount or file`, async () => {
    const program = fileURLToPath(new URL("./main.ts", import.meta.url));
    const args = ["--import", "tsx", program, "--faults", "services", "--files", "500"];
    const child = spawn(process.execPath, [...args, "--no-rabbitmq"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    started.push(child);
    let printed = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
    const folder = await until(() => /^in (\/\S+),/m.exec(printed)?.[1], { timeoutSeconds: 240 });
    // Postgres and a service behind it: of both, processes and files would be left.
    await until(() => describeLeft(folder).some((line) => line.includes("client/cli/main")), {
      timeoutSeconds: 240,
      what: "a service of the run",
    });
    child.kill(signal);
    const [exit] = await once(child, "exit");
    expect(exit).toBe(code);
    await until(() => !existsSync(folder) && describeLeft(folder).length === 0, {
      timeoutSeconds: 240,
      what: `nothing of ${folder}`,
    });
  }, 800_000);
