// Who may call the façade `tape-rest`, and what they reach: keys with folders and a number of
// files, and people with tokens.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStageSuite, type StageSuite } from "../../operations/stage/suite.ts";
import { addKey, addPerson, addToken, bearer, type Person } from "../../support/people.ts";
import { until } from "../../support/wait.ts";
import { makeGlobus } from "../tape/globus.ts";
import { base, makeClient, statesOf, type TapeRestClient, wellKnown } from "./tape-rest.ts";

let suite: StageSuite;
let root: Person;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  suite = await openStageSuite("in the scheduler", {
    env: { AGENT_OPERATIONS: "", ENABLE_AUTH: "true" },
  });
  root = await addPerson(suite.ctx, { admin: true, scopes: ["read", "submit", "admin"] });
  [ann, bob] = [await addPerson(suite.ctx), await addPerson(suite.ctx)];
});

afterAll(async () => {
  expect(await suite.api.ledger.violations()).toEqual([]);
  await suite.close();
});

const keyOf = (limits: object = {}) =>
  addKey(suite.api, root, { owner: ann.id, facade: "tape-rest", ...limits });

const clientOf = (secret: string): TapeRestClient => makeClient(suite.api, bearer(secret));

/** Each call, of a request that is there. */
const callsOn = (id: string, path: string): [string, string, unknown][] => [
  ["POST", `${base}/stage`, { files: [{ path }] }],
  ["POST", `${base}/archiveinfo`, { paths: [path] }],
  ["GET", `${base}/stage/${id}`, undefined],
  ["POST", `${base}/stage/${id}/cancel`, { paths: [path] }],
  ["POST", `${base}/release/${id}`, { paths: [path] }],
  ["DELETE", `${base}/stage/${id}`, undefined],
];
const onRequest = ([, path]: [string, string, unknown]) =>
  path.includes("/stage/") || /release/.test(path);

test("without a credential, or with one that is none, nobody learns anything but where the API is", async () => {
  const [path = ""] = suite.tape.put(["a.nc"]);
  const id = await clientOf(ann.accessToken).stage([path]);
  const before = suite.tape.calls().length;
  const forged = `lsk_${"0".repeat(24)}_${"A".repeat(43)}`;
  for (const headers of [{}, bearer("nonsense"), bearer(forged), bearer(ann.apiToken)])
    for (const [method, where, body] of [
      ...callsOn(id, path),
      ["POST", `${base}/stage`, []] as const,
    ])
      await makeClient(suite.api, headers).refused(method, where, body, 401);
  expect((await suite.api.get(wellKnown)).status).toBe(200);
  await clientOf(ann.accessToken).ended(id);
  expect(suite.tape.recalls().length).toBe(1);
  expect(suite.tape.calls().length - before).toBeLessThan(20);
});

test("a person sees their own requests alone; another's are a 404, and an administrator sees all", async () => {
  const [path = ""] = suite.tape.put(["own.nc"], { state: "R" });
  const id = await clientOf(ann.accessToken).stage([path]);
  const own = await clientOf(ann.accessToken).ended(id);
  for (const [method, where, body] of callsOn(id, path).filter(onRequest)) {
    const said = await clientOf(bob.accessToken).refused(method, where, body, 404);
    expect(said.title).toBe("Not found");
  }
  expect(await clientOf(root.accessToken).progress(id)).toEqual(own);
  const listed = await suite.api.get(`/v1/requests/${id}`, bearer(ann.accessToken));
  expect(listed.json()).toMatchObject({ owner: ann.id, title: "Tape REST" });
});

test("a token for reading polls and asks, and changes nothing", async () => {
  const [path = ""] = suite.tape.put(["read.nc"], { state: "P" });
  const id = await clientOf(ann.accessToken).stage([path]);
  const { accessToken } = await addToken(suite.ctx, ann.id, { scopes: ["read"] });
  const reader = clientOf(accessToken);
  expect((await reader.progress(id)).id).toBe(id);
  expect((await reader.archiveInfo([path])).get(path)).toBe("DISK_AND_TAPE");
  for (const [method, where, body] of callsOn(id, path)) {
    if (method === "GET" || where.endsWith("/archiveinfo")) continue;
    await reader.refused(method, where, body, 403);
  }
});

test("a key is a bearer token; what it asks for are requests of its person, but not of another key", async () => {
  const [path = ""] = suite.tape.put(["key.nc"]);
  const [one, other] = [await keyOf(), await keyOf()];
  const id = await clientOf(one.secret).stage([path]);
  expect(statesOf(await clientOf(one.secret).ended(id)).get(path)).toBe("COMPLETED");
  for (const [method, where, body] of callsOn(id, path).filter(onRequest))
    await clientOf(other.secret).refused(method, where, body, 404);
  expect((await clientOf(ann.accessToken).progress(id)).id).toBe(id);
  const byToken = await clientOf(ann.accessToken).stage([path]);
  await clientOf(one.secret).refused("GET", `${base}/stage/${byToken}`, undefined, 404);
});

test("a request that is none of this API is a 404 here, its owner's too", async () => {
  const id = await suite.submit(suite.tape.put(["v1.nc"]), undefined, { owner: ann.id });
  for (const [method, where, body] of callsOn(id, "/x").filter(onRequest))
    await clientOf(ann.accessToken).refused(method, where, body, 404);
});

test("a key opens this façade alone, and that of another façade does not open it", async () => {
  const [path = ""] = suite.tape.put(["f.nc"], { state: "R" });
  const { secret, id } = await keyOf();
  const asBearer = await suite.api.get("/v1/requests", bearer(secret));
  expect([asBearer.status, asBearer.text]).toEqual([401, expect.stringContaining("tape-rest")]);
  const asked = { path, globus_taskid: "t" };
  expect((await makeGlobus(suite.api, secret).ask(asked)).status).toBe(401);
  const { secret: ofTape } = await keyOf({ facade: "tape" });
  await clientOf(ofTape).refused("POST", `${base}/archiveinfo`, { paths: [path] }, 401);
  expect((await clientOf(secret).archiveInfo([path])).get(path)).toBe("DISK");
  await suite.api.call({
    ...{ method: "DELETE", path: `/v1/access-keys/${id}` },
    headers: bearer(root.accessToken),
  });
  await clientOf(secret).refused("POST", `${base}/archiveinfo`, { paths: [path] }, 401);
});

test("a key reaches its folders alone", async () => {
  const { tape } = suite;
  mkdirSync(join(tape.root, "own"), { recursive: true });
  const [own = "", foreign = ""] = tape.put(["own/b.nc", "foreign/b.nc"], { state: "R" });
  const { secret } = await keyOf({ roots: [join(tape.root, "own")] });
  const client = clientOf(secret);
  expect(await client.archiveInfo([own, foreign])).toEqual(
    new Map([
      [own, "DISK"],
      [foreign, expect.stringContaining("(this key)")],
    ]),
  );
  const id = await client.stage([own, foreign]);
  expect(statesOf(await client.ended(id))).toEqual(
    new Map([
      [own, "COMPLETED"],
      [foreign, "FAILED"],
    ]),
  );
});

test("a key has so many files at once, calls at once counted together, and more when some have come", async () => {
  const { tape } = suite;
  const paths = tape.put(Array.from({ length: 12 }, (_, at) => `q${at}.nc`));
  tape.set({ HELD: paths });
  const client = clientOf((await keyOf({ most_files: 4 })).secret);
  const stage = (some: string[]) =>
    client.call("POST", `${base}/stage`, { files: some.map((path) => ({ path })) });
  const pairs = [0, 2, 4, 6, 8, 10].map((at) => paths.slice(at, at + 2));
  const codes = (await Promise.all(pairs.map(stage))).map(({ status }) => status);
  expect(codes.sort()).toEqual([201, 201, 429, 429, 429, 429]);
  const refused = await stage(paths.slice(0, 1));
  expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "30"]);
  expect((await stage(paths.slice(0, 5))).status).toBe(429);
  tape.set({ HELD: [] });
  await until(async () => (await stage(paths.slice(0, 4))).status === 201);
});
