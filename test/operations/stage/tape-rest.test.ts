// `stage` with a server of the WLCG Tape REST API, over the stand-in.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { local } from "../../../src/auth/caller.ts";
import { cancel } from "../../../src/requests/lifecycle/cancel.ts";
import { waitingOf } from "../../../src/requests/monitor/waiting-reason.ts";
import { here, makeGlobus } from "../../facades/tape/globus.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { until } from "../../support/wait.ts";
import { type FakeTapeRest, type RestFile, startFakeTapeRest } from "./fake-tape-rest.ts";
import { openStageSuite, type StageSuite, type Way, ways } from "./suite.ts";

let server: FakeTapeRest;
let suite: StageSuite;
beforeEach(async () => {
  server = await startFakeTapeRest();
});
afterEach(async () => {
  expect(await suite.api.ledger.violations()).toEqual([]);
  await suite.close();
  await server.close();
});

const root = "/store/archive";
async function open(way: Way = "in the scheduler", env: Record<string, string> = {}) {
  suite = await openStageSuite(way, {
    env: { STAGE_BACKEND: "tape-rest", STAGE_ROOTS: root, TAPE_REST_URL: server.url, ...env },
  });
}

function put(names: string[], file: Partial<RestFile> = {}): string[] {
  const paths = names.map((name) => `${root}/${name}`);
  for (const path of paths) server.files.set(path, { locality: "TAPE", ...file });
  return paths;
}

const ended = (id: string) => suite.api.ledger.ended(id);
const counters = async (id: string) => (await suite.api.ledger.read(id)).counters;
const again = (id: string) =>
  suite.ctx.db
    .query("UPDATE request_files SET not_before = NULL WHERE request_id = $1", [id])
    .then(() => suite.ctx.advanceQueue.add(id));

describe.each(ways)("%s", (way) => {
  test.each(["onDisk", "state"] as const)(
    "files of two requests come by one request of the server, which says %s",
    async (dialect) => {
      await open(way, { STAGE_BATCH_SECONDS: "1" });
      server.ways.dialect = dialect;
      const paths = put(Array.from({ length: 50 }, (_, at) => `f ${at}.nc`));
      const first = await suite.submit(paths.slice(0, 30));
      const second = await suite.submit(paths.slice(30));
      expect(await ended(first)).toMatchObject({ counters: { done: 30 } });
      expect(await ended(second)).toMatchObject({ counters: { done: 20 } });
      expect(server.staged).toEqual(new Map(paths.map((path) => [path, 1])));
      const stages = server.calls.filter(({ path }) => path.endsWith("/stage"));
      expect(stages.map(({ body }) => (body as { files: unknown[] }).files.length)).toEqual([50]);
      await until(() => server.pins.size === 0, { what: "the release of the pins" });
    },
  );

  test("one that fails fails alone, after as many tries as it has, with the server's words", async () => {
    await open(way, { FILE_ATTEMPTS: "2" });
    const good = put(["a.nc", "b.nc"]);
    const [bad = ""] = put(["bad.nc"], { fail: "drive offline" });
    const [late = ""] = put(["late.nc"], { fail: "busy", failTimes: 1 });
    const id = await suite.submit([...good, bad, late, `${root}/gone.nc`]);
    await until(async () => {
      await again(id);
      return (await counters(id)).failed === 2;
    });
    expect(await ended(id)).toMatchObject({ counters: { done: 3, failed: 2 } });
    expect(server.staged.get(bad)).toBe(2);
    const said = await suite.ctx.db.query<{ info: string }>(
      "SELECT info FROM file_status WHERE status = 'failure' ORDER BY info",
    );
    expect(said.map(({ info }) => info).join("\n")).toMatch(/drive offline[\s\S]*No such file/);
  });

  test("the pins of a pipeline's files are held until the next step is done", async () => {
    await open(way);
    const [path = ""] = put(["a.nc"]);
    const id = await suite.submit([path], [{ operation: "stage" }, { operation: "noop" }]);
    const [task] = await suite.api.ledger.claim(1, { request: id });
    expect(task).toMatchObject({ step: 2, replicas: [path] });
    expect([...server.pins]).toEqual([path]);
    if (task) await suite.api.ledger.report(task, "success");
    await ended(id);
    await until(() => server.pins.size === 0);
  });

  test("a canceled request cancels its files there, and those of others go on", async () => {
    await open(way, { STAGE_BATCH_SECONDS: "0.5" });
    const paths = put(["a.nc", "b.nc", "c.nc"], { held: true });
    const [first = "", ...others] = paths;
    const canceled = await suite.submit([first]);
    const kept = await suite.submit(others);
    await until(async () => (await counters(kept)).running === 2);
    await until(() => server.calls.some(({ method }) => method === "GET"));
    await cancel(suite.ctx, canceled, local);
    await ended(canceled);
    await until(() => server.calls.some(({ path }) => path.endsWith("/cancel")));
    const said = server.calls.find(({ path }) => path.endsWith("/cancel"));
    expect(said?.body).toEqual({ paths: [first] });
    put(["b.nc", "c.nc"]);
    expect(await ended(kept)).toMatchObject({ counters: { done: 2 } });
  });

  test("a server that is away or does not answer: users read why, and all goes on", async () => {
    await open(way, { TAPE_REST_SECONDS: "0.5" });
    const paths = put(["a.nc"]);
    server.ways.status = 503;
    const id = await suite.submit(paths);
    const why = async (words: string) => {
      const reason = await waitingOf(suite.ctx, await suite.api.ledger.read(id));
      return reason?.sentence.includes(words);
    };
    await until(() => why("503 Busy"));
    delete server.ways.status;
    server.ways.hang = true;
    await until(() => why("timeout"));
    server.ways.hang = false;
    expect(await ended(id)).toMatchObject({ counters: { done: 1 } });
  });
});

test("the server has forgotten a request: where each file is decides, and no try is lost", async () => {
  await open();
  const [here = "", there = ""] = put(["a.nc", "b.nc"], { held: true });
  const id = await suite.submit([here, there]);
  await until(() => server.calls.some(({ method }) => method === "GET"));
  server.files.set(here, { locality: "DISK_AND_TAPE" });
  server.ways.forgets = true;
  await until(async () => (await counters(id)).done === 1);
  server.ways.forgets = false;
  put(["b.nc"]);
  await until(async () => {
    await again(id);
    return (await counters(id)).done === 2;
  });
  expect(server.staged.get(here)).toBe(1);
});

test("a file of a forgotten request is read where files of the server are", async () => {
  await open("in the scheduler", { TAPE_REST_DATA_URL: "https://data.example:2880/" });
  const [path = ""] = put(["a.nc"], { held: true });
  const id = await suite.submit([path], [{ operation: "stage" }, { operation: "noop" }]);
  await until(() => server.calls.some(({ method }) => method === "GET"));
  server.files.set(path, { locality: "DISK_AND_TAPE" });
  server.ways.forgets = true;
  const [task] = await suite.api.ledger.claim(1, { request: id });
  expect(task?.replicas).toEqual(["https://data.example:2880/store/archive/a.nc"]);
  if (task) await suite.api.ledger.report(task, "success");
  await ended(id);
});

test("the bearer token is that of the file at each call, and files may be read at another address", async () => {
  const file = join(temporaryFolder("tape-token"), "token");
  writeFileSync(file, "first\n");
  await open("in the scheduler", {
    TAPE_REST_URL: `${server.url}/api/v1/tape`,
    TAPE_REST_TOKEN_FILE: file,
    TAPE_REST_DATA_URL: "https://data.example:2880/",
  });
  server.ways.token = "second";
  const [path = ""] = put(["a b.nc"]);
  const id = await suite.submit([path], [{ operation: "stage" }, { operation: "noop" }]);
  await until(async () => {
    const why = await waitingOf(suite.ctx, await suite.api.ledger.read(id));
    return why?.sentence.includes("401 Unauthorized");
  });
  writeFileSync(file, "second\n");
  const [task] = await suite.api.ledger.claim(1, { request: id });
  expect(task?.replicas[0]).toBe("https://data.example:2880/store/archive/a%20b.nc");
  if (task) await suite.api.ledger.report(task, "success");
  expect(await ended(id)).toMatchObject({ counters: { done: 1 } });
});

test("a host that is not known by a certificate cannot send the token to another", async () => {
  const other = await startFakeTapeRest();
  try {
    const file = join(temporaryFolder("tape-token"), "token");
    writeFileSync(file, "token\n");
    server.ways.endpoint = other.url.replace("127.0.0.1", "localhost");
    await open("in the scheduler", { TAPE_REST_TOKEN_FILE: file });
    const id = await suite.submit(put(["a.nc"]));
    await until(async () => {
      const why = await waitingOf(suite.ctx, await suite.api.ledger.read(id));
      return why?.sentence.includes("at another host");
    });
    expect(other.calls).toEqual([]);
  } finally {
    await other.close();
  }
});

test.each([
  ["is not there", undefined, "TAPE_REST_TOKEN_FILE"],
  ["has two lines", "one\ntwo", "TAPE_REST_TOKEN_FILE"],
])(
  "a file of the token that %s: users read which setting it is, and no secret",
  async (_, text, said) => {
    const file = join(temporaryFolder("tape-token"), "token");
    if (text !== undefined) writeFileSync(file, text);
    await open("in the scheduler", { TAPE_REST_TOKEN_FILE: file });
    const id = await suite.submit(put(["a.nc"]));
    const why = await until(async () => {
      const reason = await waitingOf(suite.ctx, await suite.api.ledger.read(id));
      return reason?.sentence.includes("The last try failed") && reason.sentence;
    });
    expect(why).toContain(said);
    expect(why).not.toMatch(/two|tape-token/);
  },
);

test("a recall that takes too long is canceled there, and its files are tried again", async () => {
  await open("in the scheduler", { STAGE_RECALL_SECONDS: "1", FILE_ATTEMPTS: "5" });
  const [path = ""] = put(["a.nc"], { held: true });
  const id = await suite.submit([path]);
  await until(() => server.calls.some(({ path: called }) => called.endsWith("/cancel")));
  put(["a.nc"]);
  await until(async () => {
    await again(id);
    return (await counters(id)).done === 1;
  });
});

test("the façade for Globus asks such a system too", async () => {
  suite = await openStageSuite("in the scheduler", {
    ...here,
    env: {
      ...here.env,
      ...{ STAGE_BACKEND: "tape-rest", STAGE_ROOTS: root, TAPE_REST_URL: server.url },
    },
  });
  const globus = makeGlobus(suite.api);
  const [onTape = ""] = put(["a.nc"]);
  const [onDisk = ""] = put(["b.nc"], { locality: "DISK_AND_TAPE" });
  expect((await globus.state(onDisk)).json()).toMatchObject([{ state: "P", path: onDisk }]);
  expect((await globus.stage([onDisk], "t", 0.2)).get(onDisk)).toEqual(["resident"]);
  expect((await globus.stage([onTape], "t", 0.2)).get(onTape)).toEqual(["archived", "resident"]);
  expect((await globus.ask({ path: `${root}/gone`, globus_taskid: "t" })).status).toBe(404);
});
