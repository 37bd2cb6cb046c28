// `stage` with `eeadm`, over the stand-in of the command.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { local } from "../../../src/auth/caller.ts";
import { cancel } from "../../../src/requests/lifecycle/cancel.ts";
import { redrive } from "../../../src/requests/lifecycle/redrive.ts";
import { waitingOf } from "../../../src/requests/monitor/waiting-reason.ts";
import { until } from "../../support/wait.ts";
import { openStageSuite, type StageSuite, ways } from "./suite.ts";

let suite: StageSuite;
afterEach(async () => {
  expect(await suite.api.ledger.violations()).toEqual([]);
  await suite.close();
});

const names = (count: number, name = "f") =>
  Array.from({ length: count }, (_, at) => `${name}${at}.nc`);
const ended = (id: string) => suite.api.ledger.ended(id);
const counters = async (id: string) => (await suite.api.ledger.read(id)).counters;
const once = (paths: string[]) => new Map(paths.map((path) => [path, 1]));
const stage = { operation: "stage" };

async function errorsOf(id: string) {
  return suite.ctx.db.query<{ class: string; message: string }>(
    "SELECT class, message FROM error_groups WHERE request_id = $1 ORDER BY message",
    [id],
  );
}

const again = (id: string) =>
  suite.ctx.db
    .query("UPDATE request_files SET not_before = NULL WHERE request_id = $1", [id])
    .then(() => suite.ctx.advanceQueue.add(id));

describe.each(ways)("%s", (way) => {
  test("500 files of two requests come by one recall a library, and each once", async () => {
    suite = await openStageSuite(way, { env: { STAGE_BATCH_SECONDS: "2" } });
    const { tape } = suite;
    const north = tape.put(names(250, "n"), { tapes: ["JD0001JD@POOL@north"] });
    const south = tape.put(names(250, "s"), { tapes: ["JD0002JD@POOL@south"] });
    const mixed = north.flatMap((path, at) => [path, south[at] ?? ""]);
    const first = await suite.submit(mixed.slice(0, 300));
    const second = await suite.submit(mixed.slice(300));
    expect(await ended(first)).toMatchObject({ counters: { done: 300 } });
    expect(await ended(second)).toMatchObject({ counters: { done: 200 } });
    expect(tape.timesRecalled()).toEqual(once([...north, ...south]));
    const libraries = tape.recalls().map(({ args }) => args.slice(-2));
    expect(libraries.toSorted()).toEqual([
      ["-l", "north"],
      ["-l", "south"],
    ]);
  });

  test("what is on disk is not recalled, and what does not exist fails alone", async () => {
    suite = await openStageSuite(way);
    const { tape } = suite;
    const onDisk = [
      ...tape.put(names(1, "r"), { state: "R" }),
      ...tape.put(names(1, "p"), { state: "P" }),
    ];
    const [onTape = ""] = tape.put(names(1, "m"));
    const gone = join(tape.root, "gone.nc");
    const id = await suite.submit([...onDisk, gone, onTape]);
    expect(await ended(id)).toMatchObject({ counters: { done: 3, failed: 1 } });
    expect(tape.timesRecalled()).toEqual(once([onTape]));
    expect(await errorsOf(id)).toMatchObject([{ class: "not_found" }]);
  });

  test("folders fail alone, and are not waited for", async () => {
    suite = await openStageSuite(way);
    const { tape } = suite;
    const folders = names(3).map((name) => join(tape.root, `folder-${name}`));
    for (const folder of folders) mkdirSync(folder);
    const alone = await suite.submit(folders);
    expect(await ended(alone)).toMatchObject({ counters: { failed: 3 } });
    const [file = ""] = tape.put(["file.nc"]);
    const id = await suite.submit([...folders, file]);
    expect(await ended(id)).toMatchObject({ counters: { done: 1, failed: 3 } });
    const message = expect.stringContaining("is a folder");
    expect(await errorsOf(id)).toMatchObject([{ class: "bad_input", message }]);
  });

  test("a file that cannot be read fails with its code, after as many tries as it has", async () => {
    suite = await openStageSuite(way, { env: { FILE_ATTEMPTS: "2" } });
    const { tape } = suite;
    const good = tape.put(names(4, "good"));
    const bad = tape.put(names(1, "bad"), { fail: "GLESL401E" });
    const late = tape.put(names(1, "late"), { fail: "GLESL402E", failTimes: 1 });
    const id = await suite.submit([...good, ...bad, ...late]);
    await until(async () => {
      await again(id);
      return (await counters(id)).failed === 1;
    });
    expect(await ended(id)).toMatchObject({ counters: { done: 5, failed: 1 } });
    expect(tape.timesRecalled()).toEqual(
      new Map([...once(good), ...[...bad, ...late].map((path) => [path, 2] as const)]),
    );
    expect(await errorsOf(id)).toMatchObject([{ class: "recall_failed" }]);
    const [last] = await suite.ctx.db.query<{ info: string }>(
      "SELECT info FROM file_status WHERE request_id = $1 AND status = 'failure'",
      [id],
    );
    expect(last?.info).toContain("failed with GLESL401E");
  });

  test("a file that another task of the tape system recalls is waited for, not counted as failed", async () => {
    suite = await openStageSuite(way);
    const { tape } = suite;
    const paths = tape.put(names(3));
    tape.set({ DUPLICATE: "1" });
    const id = await suite.submit(paths);
    await until(() => tape.recalls().length >= 2, { what: "a second look" });
    expect(await counters(id)).toMatchObject({ running: 3, failed: 0 });
    tape.change(({ files }) => {
      for (const path of paths) files[path] = { state: "P" };
    });
    expect(await ended(id)).toMatchObject({ counters: { done: 3 } });
    const rows = await suite.ctx.db.query("SELECT tries FROM request_files");
    expect(rows).toEqual(paths.map(() => ({ tries: 0 })));
  });

  test("two requests want the same files: one recall, and a cancel of one leaves it to the other", async () => {
    suite = await openStageSuite(way, { env: { STAGE_BATCH_SECONDS: "0" } });
    const { tape } = suite;
    const paths = tape.put(names(100));
    tape.set({ HELD: paths });
    const first = await suite.submit(paths);
    await until(() => tape.recalls().length === 1);
    const second = await suite.submit(paths);
    await until(async () => {
      const why = await waitingOf(suite.ctx, await suite.api.ledger.read(second));
      return why?.sentence.includes("100 of 100 files are being recalled");
    });
    await cancel(suite.ctx, first, local);
    expect(await ended(first)).toMatchObject({ counters: { canceled: 100 } });
    await until(async () => (await openTasks()) === 1, { what: "the abort" });
    tape.set({ HELD: [] });
    expect(await ended(second)).toMatchObject({ counters: { done: 100 } });
    expect(tape.timesRecalled()).toEqual(once(paths));
  });

  test("the recall of a canceled request ends when nobody else waits for its files", async () => {
    suite = await openStageSuite(way);
    const { tape } = suite;
    const paths = tape.put(names(3));
    tape.set({ HELD: paths });
    const id = await suite.submit(paths);
    await until(() => Object.values(tape.state().tasks).some(({ running }) => running));
    await cancel(suite.ctx, id, local);
    await ended(id);
    await until(() => Object.values(tape.state().tasks).every(({ running }) => !running));
    await until(async () => (await openTasks()) === 0);
  });

  test("the tape system does not answer: users read why, and all goes on when it does", async () => {
    suite = await openStageSuite(way);
    const { tape } = suite;
    const paths = tape.put(names(2));
    tape.set({ EXIT: 1 });
    const id = await suite.submit(paths);
    await until(async () => {
      const why = await waitingOf(suite.ctx, await suite.api.ledger.read(id));
      return why?.sentence.includes("The service is not running");
    });
    expect(tape.recalls()).toEqual([]);
    tape.set({ EXIT: 0 });
    expect(await ended(id)).toMatchObject({ counters: { done: 2 } });
  });

  test("an unknown state keeps a file waiting with the reason, and a warning is passed over", async () => {
    suite = await openStageSuite(way);
    const { tape } = suite;
    const paths = tape.put(names(2));
    tape.set({ LETTER: "X", NOISE: "1" });
    const id = await suite.submit(paths);
    await until(async () => {
      const why = await waitingOf(suite.ctx, await suite.api.ledger.read(id));
      return why?.sentence.includes("The state X of a file is not known");
    });
    expect(await counters(id)).toMatchObject({ running: 2 });
    tape.set({ LETTER: undefined });
    expect(await ended(id)).toMatchObject({ counters: { done: 2 } });
  });

  test("the first file from tape goes on while the rest is on tape", async () => {
    suite = await openStageSuite(way);
    const { tape } = suite;
    const paths = tape.put(names(3));
    tape.set({ HELD: paths.slice(1) });
    const id = await suite.submit(paths, [stage, { operation: "noop" }]);
    const [task] = await suite.api.ledger.claim(1, { request: id });
    expect(task).toMatchObject({ step: 2, replicas: [paths[0]] });
    expect((await suite.api.ledger.read(id)).counters).toMatchObject({ running: 3 });
    if (task) await suite.api.ledger.report(task, "success");
    tape.set({ HELD: [] });
    await suite.api.ledger.work(id, 2);
    expect(await ended(id)).toMatchObject({ counters: { done: 3 } });
  });

  test("a file that fails in stage never reaches the next step, and a redrive starts there", async () => {
    suite = await openStageSuite(way, { env: { FILE_ATTEMPTS: "1" } });
    const { tape } = suite;
    const [bad = ""] = tape.put(names(1, "bad"), { fail: "GLESL401E" });
    const id = await suite.submit([bad], [stage, { operation: "noop" }]);
    expect(await ended(id)).toMatchObject({ counters: { failed: 1 } });
    tape.change(({ files }) => {
      files[bad] = { state: "M" };
    });
    await redrive(suite.ctx, id, local);
    const [task] = await suite.api.ledger.claim(1, { request: id });
    if (task) await suite.api.ledger.report(task, "success");
    expect(await ended(id)).toMatchObject({ round: 2, counters: { done: 1 } });
    const rows = await suite.ctx.db.query(
      "SELECT step, status FROM file_status WHERE status <> 'start' ORDER BY recorded_at",
    );
    expect(rows).toEqual([
      { step: 1, status: "failure" },
      { step: 1, status: "redrive" },
      { step: 1, status: "success" },
      { step: 2, status: "success" },
    ]);
  });
});

test("the tape system has forgotten a recall: what it says of each file decides", async () => {
  suite = await openStageSuite("in the scheduler", { env: { FILE_ATTEMPTS: "1" } });
  const { tape } = suite;
  const good = tape.put(names(2, "good"));
  const bad = tape.put(names(1, "bad"), { fail: "GLESL401E" });
  tape.set({ FORGETS: "1" });
  const id = await suite.submit([...good, ...bad]);
  expect(await ended(id)).toMatchObject({ counters: { done: 2, failed: 1 } });
  const [{ message = "" } = {}] = await errorsOf(id);
  expect(message).toContain("`eeadm task show` ended with <n> (GLESL<n>E: Task <n> is not known");
});

test("a recall that lasts too long is canceled, and its files are tried again", async () => {
  suite = await openStageSuite("in the scheduler", { env: { STAGE_RECALL_SECONDS: "1" } });
  const { tape } = suite;
  const paths = tape.put(names(2));
  tape.set({ HELD: paths });
  const id = await suite.submit(paths);
  await until(() => Object.values(tape.state().tasks).some(({ running }) => !running));
  tape.set({ HELD: [] });
  await until(async () => {
    await again(id);
    return (await counters(id)).done === 2;
  });
  expect(tape.recalls()).toHaveLength(2);
});

test("no more recalls of a library than the setting says, whatever tasks there are", async () => {
  suite = await openStageSuite("in the scheduler", {
    env: { STAGE_ACTIVE_RECALLS: "1", STAGE_BATCH_FILES: "2" },
  });
  const { tape } = suite;
  const paths = tape.put(names(6), { tapes: ["JD0001JD@POOL@lib1"] });
  tape.set({ DELAY_MS: 150 });
  const ids = [
    await suite.submit(paths.slice(0, 3)),
    await suite.submit(paths.slice(3), [{ ...stage, library: "lib1" }]),
  ];
  let most = 0;
  await until(async () => {
    const running = Object.values(tape.state().tasks).filter((task) => task.running);
    most = Math.max(most, running.length);
    const done = await Promise.all(ids.map(counters));
    return done.every((one) => one.done === 3);
  });
  expect(most).toBe(1);
  expect(tape.timesRecalled()).toEqual(once(paths));
});

test("no path leads out of the roots, and none becomes an option or another line", async () => {
  suite = await openStageSuite("in the scheduler");
  const { tape } = suite;
  const outside = join(tape.folder, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "secret"), "");
  symlinkSync(join(outside, "secret"), join(tape.root, "link"));
  const [good = ""] = tape.put(names(1));
  const id = await suite.submit([
    good,
    "-rf",
    join(outside, "secret"),
    `${tape.root}/../outside/secret`,
    join(tape.root, "link"),
    `${tape.root}/d\n${outside}/secret`,
    `${good} -- ${outside}/secret`,
  ]);
  expect(await ended(id)).toMatchObject({ counters: { done: 1, failed: 6 } });
  const named = tape.calls().flatMap(({ args, list = [] }) => [...args, ...list]);
  expect(named.filter((text) => text.includes("secret") || text === "-rf")).toEqual([]);
  await expect(suite.submit(["-rf"])).rejects.toMatchObject({ code: "not_on_tape" });
});

async function openTasks(): Promise<number> {
  const [row] = await suite.ctx.db.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM tasks WHERE state <> 'ended'",
  );
  return row?.n ?? 0;
}
