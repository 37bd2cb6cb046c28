import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startTimeOf, stillRuns } from "../../src/live-process.ts";

const hideProcesses = "mount -t proc -o hidepid=2 proc /proc";
/** Whether this system lets the tests mount a /proc that hides other processes. */
const canHide =
  spawnSync("unshare", ["--mount", "setpriv", "--clear-groups", "sh", "-c", hideProcesses])
    .status === 0;

async function startChild() {
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: "pipe" });
  await once(child, "spawn");
  return { child, pid: child.pid ?? 0, startedAt: startTimeOf(child.pid ?? 0) };
}

test("a process runs until it ends; one with its id that started later is another", async () => {
  const { child, pid, startedAt } = await startChild();
  expect(stillRuns(pid, startedAt)).toBe(true);
  expect(stillRuns(pid, undefined)).toBe(true);
  expect(stillRuns(pid, `${startedAt}0`)).toBe(startedAt === undefined);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(stillRuns(pid, startedAt)).toBe(false);
});

test.skipIf(!canHide)("a process that /proc hides is not taken for dead", async () => {
  const { child, pid, startedAt = "" } = await startChild();
  const script = fileURLToPath(new URL("../support/still-runs.ts", import.meta.url));
  const run = (id: number) => {
    const node = ["--import", import.meta.resolve("tsx"), script, String(id), startedAt];
    // Without this capability, and in no group of the other process, it may not look at it.
    const powerless = ["setpriv", "--regid=65534", "--clear-groups", "--bounding-set=-sys_ptrace"];
    const shell = `${hideProcesses} && exec "$@"`;
    const command = ["--mount", "sh", "-c", shell, "sh", ...powerless, process.execPath, ...node];
    const { stdout, stderr } = spawnSync("unshare", command, { encoding: "utf8" });
    return stderr === "" ? JSON.parse(stdout) : stderr;
  };
  expect(run(pid)).toEqual({ runs: true, startTime: null });
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(run(pid)).toEqual({ runs: false, startTime: null });
});
