// Keys of the façade `tape`: rows with a name, folders and a number of files at once.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readRequest } from "../../../src/requests/read/request.ts";
import { openStageSuite, type StageSuite } from "../../operations/stage/suite.ts";
import { addKey, addPerson, bearer, type Person } from "../../support/people.ts";
import { until } from "../../support/wait.ts";
import { makeGlobus } from "./globus.ts";

let suite: StageSuite;
let root: Person;
let ann: Person;

beforeAll(async () => {
  const env = { AGENT_OPERATIONS: "", ENABLE_AUTH: "true" };
  suite = await openStageSuite("in the scheduler", { idle: true, env });
  root = await addPerson(suite.ctx, { admin: true, scopes: ["read", "admin"] });
  ann = await addPerson(suite.ctx);
});

afterAll(async () => {
  expect(await suite.api.ledger.violations()).toEqual([]);
  await suite.close();
});

const keyOf = (limits: object = {}) =>
  addKey(suite.api, root, { owner: ann.id, facade: "tape", ...limits });

const globusOf = (secret: string) => makeGlobus(suite.api, secret);

test("what a key asks for are requests of its person, who sees which task asked", async () => {
  const [path = ""] = suite.tape.put(["a.nc"]);
  const { secret } = await keyOf();
  const answers = await globusOf(secret).stage([path], "task 1", 0.2);
  expect(answers.get(path)).toEqual(["archived", "resident"]);
  const listed = await suite.api.get("/v1/requests", bearer(ann.accessToken));
  const { items } = listed.json() as { items: { id: string; title: string; owner: string }[] };
  expect(items).toMatchObject([{ title: "Globus task task 1", owner: ann.id }]);
  const view = await readRequest(suite.ctx, items[0]?.id ?? "", { kind: "user", owner: ann.id });
  expect(view.facade).toMatchObject({ tape: { globus_taskid: "task 1" } });
});

test("a key reaches its folders alone, links out of them included", async () => {
  const { tape } = suite;
  mkdirSync(join(tape.root, "own"), { recursive: true });
  const [own = "", foreign = ""] = tape.put(["own/b.nc", "foreign/b.nc"], { state: "R" });
  const { secret } = await keyOf({ roots: [join(tape.root, "own")] });
  const globus = globusOf(secret);
  expect((await globus.ask({ path: own, globus_taskid: "t" })).json()).toEqual({
    state: "resident",
  });
  const refused = await globus.ask({ path: foreign, globus_taskid: "t" });
  expect([refused.status, refused.json().message]).toEqual([
    400,
    expect.stringContaining("(this key)"),
  ]);
});

test("a key has so many files at once, and more when some have come", async () => {
  const { tape } = suite;
  const paths = tape.put(["q1.nc", "q2.nc", "q3.nc"]);
  tape.set({ HELD: paths });
  const { secret } = await keyOf({ most_files: 2 });
  const globus = globusOf(secret);
  const ask = (path = "") => globus.ask({ path, globus_taskid: "quota" });
  expect((await ask(paths[0])).status).toBe(201);
  expect((await ask(paths[1])).status).toBe(201);
  const third = await ask(paths[2]);
  expect([third.status, third.headers["retry-after"]]).toEqual([429, "30"]);
  expect((await ask(paths[0])).json()).toEqual({ state: "archived" });
  tape.set({ HELD: [] });
  // Nobody asks for the two again: that they have come is found when it matters.
  await until(async () => (await ask(paths[2])).status === 201);
});

test("callers at once get no more files together than the key may have", async () => {
  const { tape } = suite;
  const paths = tape.put(Array.from({ length: 20 }, (_, at) => `together${at}.nc`));
  tape.set({ HELD: paths });
  const { secret } = await keyOf({ most_files: 3 });
  const globus = globusOf(secret);
  const asked = paths.map((path) => globus.ask({ path, globus_taskid: "together" }));
  const codes = (await Promise.all(asked)).map(({ status }) => status);
  expect(codes.filter((status) => status === 201)).toHaveLength(3);
  expect(new Set(codes)).toEqual(new Set([201, 429]));
  tape.set({ HELD: [] });
});

test("a key that is revoked is refused at once; one of the API is none, and opens the API alone", async () => {
  const [path = ""] = suite.tape.put(["r.nc"], { state: "R" });
  const asked = { path, globus_taskid: "t" };
  const { secret, id } = await keyOf();
  expect((await globusOf(secret).ask(asked)).status).toBe(201);
  const asBearer = await suite.api.get("/v1/requests", bearer(secret));
  expect([asBearer.status, asBearer.text]).toEqual([401, expect.stringContaining("façade tape")]);
  await suite.api.call({
    method: "DELETE",
    path: `/v1/access-keys/${id}`,
    headers: bearer(root.accessToken),
  });
  expect((await globusOf(secret).ask(asked)).status).toBe(401);
  const { secret: other } = await addKey(suite.api, root, { owner: ann.id });
  expect((await globusOf(other).ask(asked)).status).toBe(401);
  expect((await suite.api.get("/v1/requests", bearer(other))).status).toBe(200);
  expect((await globusOf(ann.apiToken).ask(asked)).status).toBe(401);
});

test.each([
  [{ facade: "tape", kind: "peer", owner: undefined }],
  [{ roots: ["/gpfs"] }],
  [{ most_files: 5 }],
])("a key with %j is refused with a sentence", async (wrong) => {
  const body = { kind: "key", name: "wrong", owner: ann.id, ...wrong };
  const answer = await suite.api.post("/v1/access-keys", body, bearer(root.accessToken));
  expect([answer.status, answer.text]).toEqual([422, expect.stringContaining("facade")]);
});
