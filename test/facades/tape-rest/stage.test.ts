// The façade `tape-rest` as FTS and gfal2 call it, over the stand-in of `eeadm`.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { local } from "../../../src/auth/caller.ts";
import { listRequests, readRequest } from "../../../src/requests/read/request.ts";
import { openStageSuite, type StageSuite } from "../../operations/stage/suite.ts";
import { until } from "../../support/wait.ts";
import { base, makeClient, statesOf, type TapeRestClient } from "./tape-rest.ts";

let suite: StageSuite;
let client: TapeRestClient;
afterEach(async () => {
  expect(await suite.api.ledger.violations()).toEqual([]);
  await suite.close();
});

async function open(env: Record<string, string> = {}): Promise<void> {
  suite = await openStageSuite("in the scheduler", {
    env: { AGENT_OPERATIONS: "", ...env },
  });
  client = makeClient(suite.api);
}

const names = (count: number) => Array.from({ length: count }, (_, at) => `f${at}.nc`);
const all = (paths: string[], state: string) => new Map(paths.map((path) => [path, state]));

test("a host says where its endpoint is, and how the site is called", async () => {
  await open({ TAPE_SITENAME: "EXAMPLE-T1" });
  const { sitename, endpoints } = await client.discover();
  expect([sitename, endpoints]).toEqual([
    "EXAMPLE-T1",
    [{ uri: suite.ctx.urls.public() + base, version: "v1", metadata: {} }],
  ]);
});

test("files are submitted, started and completed, by one recall, as a request of the ledger", async () => {
  await open();
  const { tape } = suite;
  const paths = tape.put(names(20));
  tape.set({ HELD: paths });
  const id = await client.stage(paths, {
    diskLifetime: "P1DT2H",
    targetedMetadata: { longshore: { activity: "x" }, elsewhere: { y: [1] } },
  });
  expect(statesOf(await client.progress(id)).size).toBe(20);
  await until(async () =>
    [...statesOf(await client.progress(id)).values()].every((state) => state === "STARTED"),
  );
  tape.set({ HELD: [] });
  const { completedAt = 0, createdAt, startedAt, files } = await client.ended(id);
  expect(statesOf(await client.progress(id))).toEqual(all(paths, "COMPLETED"));
  expect(createdAt <= startedAt && startedAt <= completedAt).toBe(true);
  for (const { finishedAt = 0 } of files) expect(finishedAt).toBeGreaterThanOrEqual(createdAt);
  expect(tape.recalls()).toHaveLength(1);
  const view = await readRequest(suite.ctx, id, local);
  expect([view.title, view.steps.map(({ operation }) => operation)]).toEqual([
    "Tape REST",
    ["stage"],
  ]);
});

test("what is on disk is completed at the first look, without a recall", async () => {
  await open();
  const paths = [
    ...suite.tape.put(["r.nc"], { state: "R" }),
    ...suite.tape.put(["p.nc"], { state: "P" }),
  ];
  const id = await client.stage(paths);
  expect(statesOf(await client.ended(id))).toEqual(all(paths, "COMPLETED"));
  expect(suite.tape.recalls()).toEqual([]);
});

test("what cannot be staged fails one by one, and is seen while polling", async () => {
  await open({ FILE_ATTEMPTS: "1" });
  const { tape } = suite;
  const [good = ""] = tape.put(["a.nc"]);
  const [bad = ""] = tape.put(["bad.nc"], { fail: "GLESL401E" });
  const folder = join(tape.root, "folder");
  mkdirSync(folder);
  const missing = join(tape.root, "gone.nc");
  const id = await client.stage([good, bad, folder, missing, "/etc/passwd"]);
  const { files } = await client.ended(id);
  const said = new Map(files.map(({ path, state, error }) => [path, [state, error]]));
  expect(said).toEqual(
    new Map([
      [good, ["COMPLETED", undefined]],
      [bad, ["FAILED", expect.stringContaining("GLESL401E")]],
      [folder, ["FAILED", `${JSON.stringify(folder)} is a folder.`]],
      [missing, ["FAILED", expect.stringContaining("no file")]],
      ["/etc/passwd", ["FAILED", expect.stringContaining("not in a folder")]],
    ]),
  );
  expect([...tape.timesRecalled().keys()].sort()).toEqual([bad, good].sort());
});

test("slashes are collapsed and a path that is named twice is one file", async () => {
  await open();
  const { tape } = suite;
  const [path = ""] = tape.put(["d/a.nc"]);
  const doubled = `/${path.replace("/d/", "//d///")}`;
  const id = await client.stage([doubled, path]);
  const { files } = await client.ended(id);
  expect(files.map((file) => file.path)).toEqual([path]);
  expect(await client.archiveInfo([doubled])).toEqual(new Map([[path, "DISK_AND_TAPE"]]));
});

test("two requests want the same files: one recall; a cancel of one leaves the other", async () => {
  await open();
  const { tape } = suite;
  const paths = tape.put(names(5));
  tape.set({ HELD: paths });
  const first = await client.stage(paths);
  await until(() => tape.timesRecalled().size === paths.length);
  const second = await client.stage(paths);
  await client.cancel(first, paths);
  expect(statesOf(await client.ended(first))).toEqual(all(paths, "CANCELLED"));
  tape.set({ HELD: [] });
  expect(statesOf(await client.ended(second))).toEqual(all(paths, "COMPLETED"));
  expect([...tape.timesRecalled().values()]).toEqual(paths.map(() => 1));
});

test("a cancel of some files leaves the others; of a stranger's path changes nothing", async () => {
  await open();
  const { tape } = suite;
  const [one = "", two = "", three = ""] = tape.put(names(3));
  tape.set({ HELD: [one, two, three] });
  const id = await client.stage([one, two, three]);
  await until(() => tape.timesRecalled().size === 3);
  const cancelPath = `${base}/stage/${id}/cancel`;
  const refused = await client.refused("POST", cancelPath, { paths: [one, `${one}x`] }, 400);
  expect(refused.title).toBe("File missing from stage request");
  expect([...statesOf(await client.progress(id)).values()]).toEqual([
    "STARTED",
    "STARTED",
    "STARTED",
  ]);
  await client.cancel(id, [two]);
  const now = statesOf(await client.progress(id));
  expect([now.get(one), now.get(two)]).toEqual(["STARTED", "CANCELLED"]);
  await client.cancel(id, [two]);
  tape.set({ HELD: [] });
  const done = statesOf(await client.ended(id));
  expect([done.get(one), done.get(two), done.get(three)]).toEqual([
    ...["COMPLETED", "CANCELLED", "COMPLETED"],
  ]);
  // What has ended stays as it is.
  await client.cancel(id, [one]);
  expect(statesOf(await client.progress(id))).toEqual(done);
  await client.release(id, [one, two]);
});

test("a deleted request is gone at once, and its recall is ended", async () => {
  await open();
  const { tape } = suite;
  const paths = tape.put(names(3));
  tape.set({ HELD: paths });
  const id = await client.stage(paths);
  await until(() => tape.recalls().length === 1);
  await client.delete(id);
  for (const [method, path, body] of [
    ["GET", `${base}/stage/${id}`, undefined],
    ["DELETE", `${base}/stage/${id}`, undefined],
    ["POST", `${base}/stage/${id}/cancel`, { paths }],
    ["POST", `${base}/release/${id}`, { paths }],
  ] as const)
    expect((await client.refused(method, path, body, 404)).title).toBe("Not found");
  await until(() => Object.values(tape.state().tasks).every(({ running }) => !running));
  expect(Object.values(tape.state().files).map(({ state }) => state)).toEqual(["M", "M", "M"]);
  expect((await listRequests(suite.ctx, local, { limit: 10 })).items).toEqual([]);
});

test("a release names files of its request; without a request it is taken too", async () => {
  await open();
  const paths = suite.tape.put(names(2), { state: "P" });
  const id = await client.stage(paths);
  await client.ended(id);
  await client.release(id, paths);
  await client.release("gfal2-placeholder-id", paths);
  const path = `${base}/release/${id}`;
  const refused = await client.refused("POST", path, { paths: [`${paths[0]}x`] }, 400);
  expect(refused.title).toBe("File missing from stage request");
});

test("archiveinfo tells where the data is, and an error for what is no file here", async () => {
  await open();
  const { tape } = suite;
  const [disk = ""] = tape.put(["r.nc"], { state: "R", tapes: [] });
  const [both = ""] = tape.put(["p.nc"], { state: "P", tapes: ["JD1@POOL@lib1"] });
  const [onTape = ""] = tape.put(["m.nc"]);
  const [offline = ""] = tape.put(["o.nc"], { state: "offline" });
  const [lost = ""] = tape.put(["l.nc"], { state: "missing" });
  const [empty = ""] = tape.put(["empty"], { state: "R", tapes: [] });
  writeFileSync(empty, "");
  const gone = join(tape.root, "gone.nc");
  const paths = [disk, both, onTape, offline, lost, empty, gone, "/etc/passwd", "relative"];
  expect(await client.archiveInfo(paths)).toEqual(
    new Map([
      [disk, "DISK"],
      [both, "DISK_AND_TAPE"],
      [onTape, "TAPE"],
      [offline, "UNAVAILABLE"],
      [lost, "LOST"],
      [empty, "NONE"],
      [gone, "error: No such file or directory"],
      ["/etc/passwd", expect.stringContaining("error: ")],
      ["relative", expect.stringContaining("error: ")],
    ]),
  );
  expect(tape.recalls()).toEqual([]);
  expect(await client.archiveInfo([])).toEqual(new Map());
  const many = tape.put(names(1200), { state: "P" });
  expect((await client.archiveInfo(many)).size).toBe(1000);
});

test("a tape system that cannot be asked is a 503 with Retry-After", async () => {
  await open();
  const [path = ""] = suite.tape.put(["a.nc"]);
  suite.tape.set({ EXIT: 1 });
  const asked = { paths: [path] };
  const answer = await client.call("POST", `${base}/archiveinfo`, asked);
  expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "30"]);
  await client.refused("POST", `${base}/archiveinfo`, asked, 503);
  suite.tape.set({ EXIT: 0 });
  expect((await client.archiveInfo([path])).get(path)).toBe("TAPE");
});

test("nothing in a path becomes an option, a second line or a way out of the roots", async () => {
  await open();
  const { tape } = suite;
  const [good = ""] = tape.put(["a.nc"]);
  const outside = join(tape.folder, "outside");
  mkdirSync(outside, { recursive: true });
  writeFileSync(join(outside, "secret"), "");
  symlinkSync(join(outside, "secret"), join(tape.root, "link"));
  mkdirSync(join(tape.root, "d\n", outside), { recursive: true });
  writeFileSync(join(tape.root, "d\n", outside, "secret"), "");
  const bad = [
    ...["-rf", "--resident", "a.nc", join(outside, "secret")],
    ...[`${tape.root}/../outside/secret`, join(tape.root, "link")],
    ...[`${tape.root}/d\n${outside}/secret`, `${good} -- ${outside}/secret`, `${good} `],
  ];
  for (const path of bad) await client.refused("POST", `${base}/stage`, { files: [{ path }] }, 400);
  for (const said of (await client.archiveInfo(bad)).values()) expect(said).toMatch(/^error: /);
  expect(tape.calls()).toEqual([]);
});

test("a bad body is a JSON Validation error that names the field", async () => {
  await open({ MOST_FILES: "3" });
  const path = join(suite.tape.root, "a.nc");
  const stage = (body: unknown, status = 400) =>
    client.refused("POST", `${base}/stage`, body, status);
  for (const [body, detail] of [
    [{}, /files/],
    [{ files: [] }, /files/],
    [{ files: [{}] }, /path/],
    [{ files: [{ path: 5 }] }, /path/],
    [{ files: [{ path: "" }] }, /path/],
    [{ files: [{ path, diskLifetime: "two days" }] }, /diskLifetime/],
    [{ files: [{ path, targetedMetadata: [] }] }, /targetedMetadata/],
    [[], /./],
    ["{", /not valid JSON/],
  ] as const) {
    const said = await stage(body);
    expect([said.title, said.detail]).toEqual([
      "JSON Validation error",
      expect.stringMatching(detail),
    ]);
  }
  const many = names(4).map((name) => ({ path: join(suite.tape.root, name) }));
  expect((await stage({ files: many }, 413)).detail).toMatch(/At most 3 files/);
  const asText = { method: "POST", path: `${base}/stage`, body: "{}" };
  const answer = await suite.api.call({ ...asText, headers: { "content-type": "text/plain" } });
  expect(answer.status).toBe(415);
  for (const where of ["archiveinfo", "release/x"])
    await client.refused("POST", `${base}/${where}`, { paths: "a" }, 400);
  const at = await client.call("GET", `${base}/stage`);
  expect([at.status, at.headers.allow]).toEqual([405, "POST"]);
  await client.refused("GET", `${base}/nothing`, undefined, 404);
  await client.refused("GET", `${base}/stage/nothing`, undefined, 404);
  expect(suite.tape.calls()).toEqual([]);
});

test("how a file was asked for is no other copy of it: nothing is recalled by that name", async () => {
  await open({ TAPE_PATHS: "{root}/old={root}/new", FILE_ATTEMPTS: "1" });
  const { tape } = suite;
  const [old = "", here = ""] = tape.put(["old/a.nc", "old/b.nc", "new/b.nc"]);
  const id = await client.stage([old, here]);
  expect(statesOf(await client.ended(id))).toEqual(
    new Map([
      [old, "FAILED"],
      [here, "COMPLETED"],
    ]),
  );
  expect([...tape.timesRecalled().keys()]).toEqual([join(tape.root, "new/b.nc")]);
  await client.release(id, [old, here]);
});

test("a name is staged as it is, whatever is in it, and links and TAPE_PATHS answer by their own name", async () => {
  await open({ TAPE_PATHS: "/nfs/data={root}" });
  const { tape } = suite;
  const odd = ["a?sig=x#y%20.nc", "*.nc", "[x]{y}.nc", "a|b,c=d;e.nc", "--resident", "é.nc"];
  const paths = tape.put([...odd, "a\u2028b.nc", "target.nc"]);
  const link = join(tape.root, "link.nc");
  symlinkSync(join(tape.root, "target.nc"), link);
  const named = [...paths, link, "/nfs/data/é.nc"];
  const id = await client.stage(named);
  expect(statesOf(await client.ended(id))).toEqual(all(named, "COMPLETED"));
  expect([...tape.timesRecalled()]).toEqual(expect.arrayContaining(paths.map((path) => [path, 1])));
  expect((await client.archiveInfo([link])).get(link)).toBe("DISK_AND_TAPE");
});
