// `kill -9` around recalls: none is begun twice, and no file is forgotten.
import { readFile } from "node:fs/promises";
import { afterEach, expect, test } from "vitest";
import { local } from "../../../src/auth/caller.ts";
import { stage } from "../../../src/operations/stage/index.ts";
import { claimTasks } from "../../../src/tasks/claim.ts";
import { localTaskApi } from "../../../src/tasks/local-api.ts";
import { type Running, startCli } from "../../support/cli.ts";
import { until } from "../../support/wait.ts";
import { openStageSuite, type StageSuite } from "./suite.ts";

let suite: StageSuite;
const agents: Running[] = [];
afterEach(async () => {
  await killAll();
  expect(await suite.api.ledger.violations()).toEqual([]);
  await suite.close();
});

async function killAll(): Promise<void> {
  for (const { child, ended } of agents.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
}

const startAgent = () =>
  agents.push(
    startCli(["agent", "--operations", "stage", "--url", suite.api.url], { env: suite.tape.env }),
  );

test("an agent killed while its recall lasts: the next one finds it, and no file is recalled twice", async () => {
  suite = await openStageSuite("in the scheduler", { idle: true, env: { LEASE_SECONDS: "1" } });
  const { tape } = suite;
  const paths = tape.put(Array.from({ length: 20 }, (_, at) => `f${at + 10}.nc`));
  tape.set({ HELD: paths.slice(5) });
  const id = await suite.submit(paths);
  startAgent();
  await until(() => tape.recalls().length === 1, { what: "the recall" });
  await killAll();
  startAgent();
  await until(async () => (await suite.api.ledger.read(id)).counters.done === 5);
  await killAll();
  tape.set({ HELD: [] });
  await until(() => Object.values(tape.state().tasks).every(({ running }) => !running));
  startAgent();
  expect(await suite.api.ledger.ended(id)).toMatchObject({ counters: { done: 20 } });
  expect(tape.timesRecalled()).toEqual(new Map(paths.map((path) => [path, 1])));
  expect(await suite.ctx.db.query("SELECT DISTINCT tries, attempt FROM request_files")).toEqual([
    { tries: 0, attempt: 1 },
  ]);
});

test("killed between a recall and the record of it: the recall is found by the task's own id", async () => {
  suite = await openStageSuite("in the scheduler", { idle: true, env: { LEASE_SECONDS: "1" } });
  const { ctx, tape } = suite;
  const paths = tape.put(["a.nc", "b.nc"]);
  tape.set({ HELD: paths });
  const id = await suite.submit(paths);
  const claim = { operations: ["stage"], max: 1, waitSeconds: 20 };
  const [claimed] = await claimTasks(ctx, local, "killed", claim);
  if (!claimed) throw new Error("no task");
  const { task, group, externalRef } = claimed;
  const api = localTaskApi(ctx, "killed");
  const files = () => api.files(task, "open");
  const facility = stage.facility?.parse(tape.env);
  const { signal } = new AbortController();
  const context = { facility, signal, log: ctx.log, now: ctx.clock.now };
  await stage.start({ id: task, group, externalRef, files } as never, context as never);
  await until(() => tape.recalls().length === 1);
  suite.work();
  await until(async () => {
    const rows = await ctx.db.query("SELECT FROM tasks WHERE external_ref IS NOT NULL");
    return rows.length === 1;
  });
  tape.set({ HELD: [] });
  expect(await suite.api.ledger.ended(id)).toMatchObject({ counters: { done: 2 } });
  expect(tape.timesRecalled()).toEqual(new Map(paths.map((path) => [path, 1])));
});

test("a recall whose process was killed is begun again, for the files that are still on tape", async () => {
  suite = await openStageSuite("in the scheduler");
  const { tape } = suite;
  const paths = tape.put(["a.nc", "b.nc", "c.nc"]);
  tape.set({ HELD: paths.slice(1) });
  const id = await suite.submit(paths);
  await until(async () => (await suite.api.ledger.read(id)).counters.done === 1);
  const [recall] = Object.values(tape.state().tasks);
  process.kill(-(await groupOf(recall?.pid ?? 0)), "SIGKILL");
  tape.change(({ tasks }) => {
    for (const one of Object.values(tasks)) one.running = false;
  });
  tape.set({ HELD: [] });
  expect(await suite.api.ledger.ended(id)).toMatchObject({ counters: { done: 3 } });
  expect(tape.recalls().map(({ list }) => list)).toEqual([paths, paths.slice(1)]);
});

/** The recall and the shell that started it are one group of processes. */
async function groupOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[2]);
}
