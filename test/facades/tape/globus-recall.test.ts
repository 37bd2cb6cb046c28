// The façade `tape` as Globus calls it, over the stand-in of `eeadm`.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { local } from "../../../src/auth/caller.ts";
import { libraryOfTask } from "../../../src/facades/tape/library.ts";
import { cancel } from "../../../src/requests/lifecycle/cancel.ts";
import { listRequests } from "../../../src/requests/read/request.ts";
import { openStageSuite, type StageSuite } from "../../operations/stage/suite.ts";
import { until } from "../../support/wait.ts";
import { authKey, type Globus, here, makeGlobus } from "./globus.ts";

let suite: StageSuite;
let globus: Globus;
afterEach(async () => {
  expect(await suite.api.ledger.violations()).toEqual([]);
  await suite.close();
});

async function open(env: Record<string, string> = {}): Promise<void> {
  suite = await openStageSuite("in the scheduler", {
    ...here,
    env: { ...here.env, STAGE_BATCH_SECONDS: "0.5", ...env },
  });
  globus = makeGlobus(suite.api);
}

const task = "535f580c-aaaa-11eb-8a5d-0eb1aaaaaaaa";
const names = (count: number) => Array.from({ length: count }, (_, at) => `f${at}.nc`);
const once = (paths: string[]) => new Map(paths.map((path) => [path, 1]));
const stateOf = async (path: string, more: object = {}) => {
  const answer = await globus.ask({ path, globus_taskid: task, ...more });
  return answer.status === 201 ? answer.json().state : answer.status;
};

test("200 files at once, each asked for every second: archived, then resident, by one recall each", async () => {
  await open({ STAGE_BATCH_SECONDS: "1" });
  const { tape } = suite;
  const paths = tape.put(names(200));
  tape.set({ DELAY_MS: 5 });
  const answers = await globus.stage(paths, task);
  expect([...answers.values()].filter((said) => said.join() !== "archived,resident")).toEqual([]);
  expect(tape.timesRecalled()).toEqual(once(paths));
  expect(tape.recalls().length).toBeLessThanOrEqual(2);
  const title = `Globus task ${task}`;
  const { items } = await listRequests(suite.ctx, local, { title, limit: 10 });
  expect(items.reduce((sum, { counters }) => sum + counters.total, 0)).toBe(200);
  expect((await listRequests(suite.ctx, local, { title: "another", limit: 10 })).items).toEqual([]);
  // Far fewer processes than calls: those at once ask together.
  expect(tape.calls().filter(({ args }) => args[0] === "file").length).toBeLessThan(100);
});

test("what is on disk is resident at once, without a recall", async () => {
  await open();
  const [resident = ""] = suite.tape.put(["r.nc"], { state: "R" });
  const [premigrated = ""] = suite.tape.put(["p.nc"], { state: "P" });
  expect([await stateOf(resident), await stateOf(premigrated)]).toEqual(["resident", "resident"]);
  expect(suite.tape.recalls()).toEqual([]);
});

test("a finished recall is seen by the next call", async () => {
  await open();
  const [path = ""] = suite.tape.put(["a.nc"]);
  expect(await stateOf(path)).toBe("archived");
  await until(() => suite.tape.state().files[path]?.state === "P");
  await until(async () => (await stateOf(path)) === "resident", { timeoutSeconds: 3 });
});

test("without the key nobody learns anything, and the tape system is not asked", async () => {
  await open();
  const [path = ""] = suite.tape.put(["a.nc"]);
  const refused: Record<string, string>[] = [
    {},
    { "x-api-key": "" },
    { "x-api-key": "another key" },
    { "x-api-key": `${authKey}x` },
    { authorization: `Bearer ${authKey}` },
  ];
  for (const headers of refused)
    for (const body of [{ path, globus_taskid: task }, {}, [], { path: 5 }]) {
      const answer = await globus.ask(body, headers);
      expect([answer.status, answer.json()]).toEqual([
        401,
        { message: "Missing or invalid auth tokens" },
      ]);
    }
  expect(suite.tape.calls()).toEqual([]);
});

test("a file that is not there is a 404 with LTFSEE's sentence, at both calls", async () => {
  await open();
  const path = join(suite.tape.root, "gone.nc");
  for (const answer of [await globus.ask({ path, globus_taskid: task }), await globus.state(path)])
    expect([answer.status, answer.json()]).toEqual([404, { message: "No such file" }]);
});

test("nothing in a body or path becomes an option, a second line or a way out of the roots", async () => {
  await open();
  const { tape } = suite;
  const [good = ""] = tape.put(["a.nc"]);
  const outside = join(tape.folder, "outside");
  mkdirSync(join(outside), { recursive: true });
  writeFileSync(join(outside, "secret"), "");
  symlinkSync(join(outside, "secret"), join(tape.root, "link"));
  mkdirSync(join(tape.root, "d\n", outside), { recursive: true });
  writeFileSync(join(tape.root, "d\n", outside, "secret"), "");
  const bad = [
    "-rf",
    "--resident",
    "a.nc",
    "",
    join(outside, "secret"),
    `${tape.root}/../outside/secret`,
    join(tape.root, "link"),
    `${tape.root}/d\n${outside}/secret`,
    `${good} -- ${outside}/secret`,
    `${good}\0`,
    `${good} `,
    `${tape.root}/${"x".repeat(200_000)}`,
  ];
  for (const path of bad)
    for (const answer of [
      await globus.ask({ path, globus_taskid: task }),
      await globus.state(path),
    ])
      expect([answer.status, typeof answer.json().message], path.slice(0, 80)).toEqual([
        400,
        "string",
      ]);
  const bodies: object[] = [{}, [], { globus_taskid: task }, { path: 5, globus_taskid: task }];
  for (const body of [
    ...bodies,
    { path: good },
    { path: good, globus_taskid: "a\nb" },
    { path: good, globus_taskid: task, library: "-p" },
  ])
    expect((await globus.ask(body)).status, JSON.stringify(body)).toBe(400);
  expect(tape.calls()).toEqual([]);
});

test("the errors of a body are by field, as LTFSEE has them", async () => {
  await open();
  expect((await globus.ask({ globus_taskid: task })).json()).toEqual({
    errors: { path: "'path' is a required property" },
    message: "Input payload validation failed",
  });
  for (const [path, shown] of [
    [5, "5"],
    [null, "None"],
    [true, "True"],
    [["a"], '["a"]'],
  ])
    expect((await globus.ask({ path, globus_taskid: task })).json()).toMatchObject({
      errors: { path: `${shown} is not of type 'string'` },
    });
  const { call } = suite.api;
  const path = "/api/v0.5/globus_recall/globus_recall";
  const headers = { "x-api-key": authKey, "content-type": "application/json" };
  for (const body of ["", "{", "[".repeat(100_000), "null", "5"])
    expect((await call({ method: "POST", path, headers, body })).status).toBe(400);
  const asForm = { ...headers, "content-type": "text/plain" };
  expect((await call({ method: "POST", path, headers: asForm, body: "{}" })).status).toBe(400);
  expect((await call({ path, headers })).json()).toEqual({
    message: "The method is not allowed for the requested URL.",
  });
  expect((await call({ path: "/api/v0.5/nothing", headers })).status).toBe(404);
});

test("a name is recalled as it is, whatever is in it", async () => {
  await open();
  const odd = [
    "a?sig=x#y%20.nc",
    "*.nc",
    "[x]{y}.nc",
    "a|b,c=d;e.nc",
    "--resident",
    "é.nc",
    "e\u0301.nc",
  ];
  const paths = suite.tape.put([
    ...odd,
    "a\u2028b.nc",
    "x:y://z@w".replace("://", ":"),
    "\u202ea.nc",
  ]);
  const answers = await globus.stage(paths, task, 0.2);
  expect(answers).toEqual(new Map(paths.map((path) => [path, ["archived", "resident"]])));
  expect(suite.tape.timesRecalled()).toEqual(once(paths));
});

test("file_state is what the tape system says now, past a warning", async () => {
  await open();
  const { tape } = suite;
  const tapes = ["JD0099JD@POOL_JD@ts4500", "MB0355JE@POOL_JE@ts4500"];
  const [path = ""] = tape.put(["a file.nc"], { state: "P", tapes });
  tape.set({ NOISE: "1" });
  const answer = await globus.state(path);
  expect([answer.status, answer.json()]).toEqual([201, [{ state: "P", replicas: 2, tapes, path }]]);
  tape.change(({ files }) => {
    files[path] = { state: "M", tapes };
  });
  expect((await globus.state(path)).json()).toMatchObject([{ state: "M" }]);
});

test.each([
  ["missing", { EEADM_BIN: "/nowhere/eeadm" }, {}],
  ["failing", {}, { EXIT: 1 }],
  ["hanging", { EEADM_SECONDS: "0.5" }, { HANG_MS: 30_000 }],
])("the tape system is %s: 503 with Retry-After, until it is back", async (_, env, fault) => {
  await open(env);
  const { tape } = suite;
  const [path = ""] = tape.put(["a.nc"]);
  tape.set(fault);
  for (const answer of [await globus.ask({ path, globus_taskid: task }), await globus.state(path)])
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "30"]);
  expect(tape.recalls()).toEqual([]);
  if ("EEADM_BIN" in env) return;
  tape.set({ EXIT: 0, HANG_MS: 0 });
  expect(await stateOf(path)).toBe("archived");
});

test("a tape system that hangs holds up no caller with a wrong key", async () => {
  await open({ EEADM_SECONDS: "5" });
  const { tape } = suite;
  const paths = tape.put(names(12));
  tape.set({ HANG_MS: 60_000 });
  const held = paths.map((path) => globus.ask({ path, globus_taskid: task }));
  const began = performance.now();
  expect((await globus.ask({}, { "x-api-key": "wrong" })).status).toBe(401);
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(new Set((await Promise.all(held)).map(({ status }) => status))).toEqual(new Set([503]));
});

test("a file whose recall fails is refused with its code, and not recalled again for its task", async () => {
  await open({ FILE_ATTEMPTS: "1" });
  const { tape } = suite;
  const good = tape.put(names(3));
  const [bad = ""] = tape.put(["bad.nc"], { fail: "GLESL401E" });
  const answers = await globus.stage([...good, bad], task, 0.3);
  expect(answers.get(bad)).toEqual(["archived", "422"]);
  expect(good.map((path) => answers.get(path)?.at(-1))).toEqual(good.map(() => "resident"));
  const again = await globus.ask({ path: bad, globus_taskid: task });
  expect([again.status, again.json().message]).toEqual([
    422,
    expect.stringContaining("failed with GLESL401E"),
  ]);
  expect(tape.timesRecalled()).toEqual(once([...good, bad]));
  expect(await stateOf(bad, { globus_taskid: "another" })).toBe("archived");
});

test("a file that was evicted before it is asked for again is recalled again", async () => {
  await open();
  const { tape } = suite;
  const [path = ""] = tape.put(["a.nc"]);
  expect((await globus.stage([path], task, 0.2)).get(path)).toEqual(["archived", "resident"]);
  tape.change(({ files }) => {
    files[path] = { state: "M" };
  });
  expect((await globus.stage([path], task, 0.2)).get(path)).toEqual(["archived", "resident"]);
  expect(tape.timesRecalled()).toEqual(new Map([[path, 2]]));
});

test("an unknown state stays archived with its reason at the request, and never becomes resident", async () => {
  await open();
  const { tape } = suite;
  const [path = ""] = tape.put(["a.nc"]);
  tape.set({ LETTER: "X", NOISE: "1" });
  const first = await Promise.race([
    globus.stage([path], task, 0.2),
    until(async () => {
      const rows = await suite.ctx.db.query<{ note: string }>("SELECT note FROM tasks");
      return rows.some(({ note }) => note?.includes("The state X of a file is not known"));
    }),
  ]);
  expect(first).toBe(true);
  expect(tape.recalls()).toEqual([]);
});

test("two Globus tasks want the same files: one recall, and a cancel of one leaves the other", async () => {
  await open();
  const { tape } = suite;
  const paths = tape.put(names(5));
  tape.set({ HELD: paths });
  const [path = ""] = paths;
  for (const one of paths) await stateOf(one);
  await until(() => tape.timesRecalled().size === paths.length);
  const other = globus.stage(paths, "another task", 0.2);
  // On a busy machine the files of a Globus task may be more than one request.
  const requests = async (of: string) =>
    (await listRequests(suite.ctx, local, { title: `Globus task ${of}`, limit: 10 })).items;
  const files = (items: { counters: { total: number } }[]) =>
    items.reduce((sum, { counters }) => sum + counters.total, 0);
  await until(async () => files(await requests("another task")) === paths.length);
  // Its tasks have joined the recall; one that has not would begin another after the cancel.
  await until(async () => (await joinedFiles(await requests("another task"))) === paths.length);
  for (const { id } of await requests(task)) {
    await cancel(suite.ctx, id, local);
    await suite.api.ledger.ended(id);
  }
  expect(await stateOf(path)).toBe(409);
  tape.set({ HELD: [] });
  expect([...(await other).values()].map((said) => said.at(-1))).toEqual(
    paths.map(() => "resident"),
  );
  expect(tape.timesRecalled()).toEqual(once(paths));
});

/** Of these requests: files whose task has a reference of the tape system. */
async function joinedFiles(requests: { id: string }[]): Promise<number> {
  const [row] = await suite.ctx.db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM request_files f JOIN tasks t ON t.id = f.task
     WHERE t.external_ref IS NOT NULL AND f.request_id = ANY($1::uuid[])`,
    [requests.map(({ id }) => id)],
  );
  return row?.n ?? 0;
}

test("killed between a batch and its request: the files wait again, and none is forgotten", async () => {
  await open();
  const { query } = suite.ctx.db;
  const [path = ""] = suite.tape.put(["a.nc"]);
  await query(
    `INSERT INTO tape_calls
       (key, globus_task, path_hash, path, owner, library, batch, seq, asked_at)
     VALUES ('', $1, sha256(convert_to($2, 'UTF8')), $2, 'local', '', gen_random_uuid(), 1,
       now() - interval '2 minutes')`,
    [task, path],
  );
  expect((await globus.stage([path], task, 0.2)).get(path)).toEqual(["archived", "resident"]);
  expect(suite.tape.timesRecalled()).toEqual(once([path]));
});

test("the library is the body's, else by the id of the task, and is passed on", async () => {
  const libraries = ["lib1", "lib2"];
  expect(libraryOfTask(libraries, "535f580c")).toBe("lib1");
  expect(libraryOfTask(libraries, "535f580b")).toBe("lib2");
  expect(libraryOfTask([], "535f580b")).toBeUndefined();
  await open({ LTFSEE_LIB: "lib1,lib2" });
  const { tape } = suite;
  const [one = "", two = "", three = ""] = tape.put(names(3));
  await stateOf(one, { globus_taskid: "535f580c" });
  await stateOf(two, { globus_taskid: "535f580b" });
  await stateOf(three, { globus_taskid: "535f580b", library: "lib3" });
  await until(() => tape.recalls().length === 3);
  const used = tape.recalls().map(({ args, list }) => [list?.[0], ...args.slice(-2)]);
  expect(new Set(used.map((words) => words.join(" ")))).toEqual(
    new Set([`${one} -l lib1`, `${two} -l lib2`, `${three} -l lib3`]),
  );
});

test("folders are named as callers know them, by TAPE_PATHS, the longest first", async () => {
  await open({ TAPE_PATHS: "/nfs/data={root},/nfs/data/other=/nowhere" });
  const { tape } = suite;
  const [path = ""] = tape.put(["d/a.nc"], { state: "R" });
  const named = "/nfs/data/d/a.nc";
  expect(await stateOf(named)).toBe("resident");
  expect((await globus.state(named)).json()).toMatchObject([{ state: "R", path: named }]);
  expect(await stateOf(path)).toBe("resident");
  expect(await stateOf("/nfs/data/other/a.nc")).toBe(400);
  expect(await stateOf("/nfs/database/a.nc")).toBe(400);
});

test("an agent on another host recalls: archived until it has seen the file, resident for a while then", async () => {
  suite = await openStageSuite("in an agent over HTTP", {
    env: { AUTH_KEY: authKey, STAGE_BATCH_SECONDS: "0.2", CACHE_DEFAULT_TIMEOUT: "2" },
  });
  globus = makeGlobus(suite.api);
  const [onTape = "", onDisk = ""] = suite.tape.put(["a.nc", "b.nc"]);
  suite.tape.change(({ files }) => {
    files[onDisk] = { state: "P" };
  });
  expect((await globus.state(onDisk)).status).toBe(503);
  const answers = await globus.stage([onTape, onDisk, `${suite.tape.root}/gone`], task, 0.2);
  expect([...answers.values()]).toEqual([
    ["archived", "resident"],
    ["archived", "resident"],
    ["archived", "404"],
  ]);
  expect(suite.tape.timesRecalled()).toEqual(once([onTape]));
  await until(async () => (await stateOf(onTape)) === "archived", { timeoutSeconds: 10 });
});
