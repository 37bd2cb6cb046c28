// Callers without a name, at a façade that takes them.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openFacadesOfSettings } from "../../src/users/facade-callers.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { temporaryFolder } from "../support/folder.ts";
import { addPerson, bearer, type Person } from "../support/people.ts";
import { until } from "../support/wait.ts";

const folder = temporaryFolder("facade-callers");
let api: Api;
let root: Person;

beforeAll(async () => {
  for (const name of ["three", "two"]) mkdirSync(`${folder}/${name}`);
  for (const name of ["three/a", "three/b", "three/c", "two/a", "two/b"])
    writeFileSync(`${folder}/${name}.csv`, "x\n1\n");
  api = await openApi({ env: { ENABLE_AUTH: "true", INPUT_ROOTS: folder } });
  root = await addPerson(api.ledger.ctx, { admin: true, scopes: ["read", "submit", "admin"] });
});

afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const path = "/v1/facades/servicex/anonymous";
const asRoot = () => ({ ...bearer(root.accessToken), "content-type": "application/json" });

async function open(quota: object = {}): Promise<Answer> {
  const body = JSON.stringify(quota);
  return api.call({ method: "PUT", path, headers: asRoot(), body });
}
const close = () => api.call({ method: "DELETE", path, headers: asRoot() });

const list = () => api.get("/servicex/transformation");
const submit = (what: object, headers = {}) =>
  api.post(
    "/servicex/transformation",
    { codegen: "noop", "result-destination": "object-store", ...what },
    headers,
  );
const files = (...paths: string[]) => submit({ "file-list": paths });

async function acts(): Promise<unknown[]> {
  const acts = "SELECT act, actor, detail FROM acts WHERE act LIKE 'facade.%' ORDER BY id";
  return api.ledger.ctx.db.query(acts);
}

test("by default nobody is taken without a name, and whoever asks is told to sign in", async () => {
  const { items } = (await api.get("/v1/facades", asRoot())).json();
  const closed = {
    ...{ open: false, owner: null },
    ...{ open_requests: 10, files: 100, calls_a_minute: 60 },
  };
  expect(items).toEqual([
    { facade: "servicex", ...closed },
    { facade: "isimip", ...closed },
  ]);
  for (const answer of [await list(), await files("/a")])
    expect([answer.status, answer.json().message]).toEqual([
      401,
      "Sign in, or send a token: this call needs one.",
    ]);
  expect((await close()).status).toBe(204);
  expect(await acts()).toEqual([]);
});

test("at an open façade they submit and read, each other's too, and change nothing", async () => {
  const opened = await open({ open_requests: 5, files: 3, calls_a_minute: 500 });
  expect([opened.status, opened.json()]).toMatchObject([
    200,
    { facade: "servicex", open: true, open_requests: 5, files: 3, calls_a_minute: 500 },
  ]);
  const made = await files("/a", "/b", "/c");
  expect(made.status, made.text).toBe(200);
  const id = String(made.json().request_id);
  expect((await api.ledger.read(id)).owner).toBe(opened.json().owner);
  for (const below of ["", "/status", "/errors", "/results"])
    expect((await api.get(`/servicex/transformation/${id}${below}`)).status, below).toBe(200);
  expect((await list()).text).toContain(id);
  const cancel = { method: "POST", path: `/servicex/transformation/${id}/cancel` };
  const change = { method: "DELETE", path: `/servicex/transformation/${id}` };
  for (const call of [cancel, change, { path: `/v1/requests/${id}` }, { path: "/v1/requests" }])
    expect((await api.call(call)).status, call.path).toBe(401);
  const ann = await addPerson(api.ledger.ctx);
  const foreign = await submit({ "file-list": ["/a"] }, bearer(ann.accessToken));
  const elsewhere = `/servicex/transformation/${foreign.json().request_id}`;
  expect((await api.get(elsewhere)).status).toBe(404);
  expect((await list()).text).not.toContain(String(foreign.json().request_id));
  expect((await api.call({ ...cancel, headers: asRoot() })).status).toBe(200);
});

test("a token that is wrong is refused at an open façade, too", async () => {
  await open();
  const answer = await api.get("/servicex/transformation", bearer("a.b.c"));
  expect(answer.status).toBe(401);
});

test("a façade that is closed takes nobody at once; opened again, it has the same account", async () => {
  const { owner } = (await open()).json();
  expect((await list()).status).toBe(200);
  expect((await close()).status).toBe(204);
  expect((await list()).status).toBe(401);
  expect((await close()).status).toBe(204);
  expect((await open()).json()).toMatchObject({ owner, open: true });
  expect((await list()).status).toBe(200);
  const [first, ...rest] = (await acts()).slice(-2);
  expect([first, ...rest]).toEqual([
    { act: "facade.close", actor: root.id, detail: { facade: "servicex" } },
    {
      ...{ act: "facade.open", actor: root.id },
      detail: { facade: "servicex", open_requests: 10, most_files: 100, calls_a_minute: 60 },
    },
  ]);
});

test("suspending or deleting the account closes the façade", async () => {
  const { owner } = (await open()).json();
  await api.post(`/v1/users/${owner}/suspend`, {}, asRoot());
  expect((await list()).status).toBe(401);
  await open();
  await api.call({ method: "DELETE", path: `/v1/users/${owner}`, headers: asRoot() });
  expect((await list()).status).toBe(401);
  const again = (await open()).json();
  expect(again.owner).not.toBe(owner);
  expect((await list()).json()).toEqual({ requests: [] });
});

describe("the quota of all of them together", () => {
  test("open requests: many at once do not pass the number", async () => {
    const { owner } = (await open({ open_requests: 2 })).json();
    const made = await Promise.all(Array.from({ length: 5 }, () => files("/a")));
    const refused = made.filter(({ status }) => status !== 200);
    expect(refused.map(({ status }) => status)).toEqual([429, 429, 429]);
    expect(refused[0]?.json().message).toBe(
      "At most 2 requests of all callers of servicex without a name together may be open at " +
        "once: try again when one has ended.",
    );
    const { items } = (await api.get(`/v1/requests?owner=${owner}`, asRoot())).json();
    for (const { id } of items as { id: string }[])
      await api.post(`/v1/requests/${id}/cancel`, {}, asRoot());
    const ann = await addPerson(api.ledger.ctx);
    for (const _ of [1, 2, 3])
      expect((await submit({ "file-list": ["/a"] }, bearer(ann.accessToken))).status).toBe(200);
  });

  test("files: a longer list is refused, and a dataset that has more fails its request", async () => {
    await open({ files: 2 });
    const refused = await files("/a", "/b", "/c");
    expect([refused.status, refused.json().message]).toEqual([
      413,
      "It has 3 files; of callers without a name, at most 2 a request are taken.",
    ]);
    const [large, small] = await Promise.all(
      ["three", "two"].map((name) => submit({ did: `dir://${folder}/${name}` })),
    );
    expect(await api.ledger.ended(String(large?.json().request_id))).toMatchObject({
      state: "failed",
      reason: "It has 3 files; of callers without a name, at most 2 a request are taken.",
    });
    const { counters } = await until(async () => {
      const view = await api.ledger.read(String(small?.json().request_id));
      return view.state === "running" ? view : undefined;
    });
    expect(counters.total).toBe(2);
    const ann = await addPerson(api.ledger.ctx);
    const same = await submit({ did: `dir://${folder}/three` }, bearer(ann.accessToken));
    await until(
      async () => (await api.ledger.read(String(same.json().request_id))).state === "running",
    );
  });

  test("calls a minute, with when the next is taken", async () => {
    await open({ calls_a_minute: 1 });
    const refused = await until(async () => {
      const answer = await list();
      return answer.status === 429 ? answer : undefined;
    });
    expect(refused.json().message).toMatch(
      /^At most 1 calls a minute are taken from all callers of servicex without a name together;/,
    );
    expect(refused.headers["retry-after"]).toMatch(/^[1-9]\d?$/);
    const ann = await addPerson(api.ledger.ctx);
    const known = await api.get("/servicex/transformation", bearer(ann.accessToken));
    expect(known.status).toBe(200);
    expect((await api.get("/servicex")).status).toBe(200);
  });
});

test("what cannot be a quota, and a façade that there is not, are refused with a sentence", async () => {
  for (const [body, sentence] of [
    [{ files: 0 }, /"files" must be at least 1/],
    [{ requests: 1 }, /requests/],
  ] as const) {
    const answer = await open(body);
    expect([answer.status, answer.text.replaceAll('\\"', '"')]).toEqual([
      400,
      expect.stringMatching(sentence),
    ]);
  }
  const other = { method: "PUT", path: "/v1/facades/tape/anonymous", body: "{}" };
  expect((await api.call({ ...other, headers: asRoot() })).status).toBe(404);
});

test("a setting opens a façade that nobody has opened, and one closes it in any case", async () => {
  const fresh = await openApi({ env: { ENABLE_AUTH: "true", SERVICEX_ANONYMOUS: "true" } });
  const { ctx } = fresh.ledger;
  expect((await fresh.get("/servicex/transformation")).status).toBe(401);
  await openFacadesOfSettings(ctx);
  expect((await fresh.get("/servicex/transformation")).status).toBe(200);
  const shut = await openApi({
    databaseUrl: ctx.databaseUrl,
    scheduler: false,
    env: { ENABLE_AUTH: "true", SERVICEX_ANONYMOUS: "false" },
  });
  expect((await shut.get("/servicex/transformation")).status).toBe(401);
  await shut.close();
  const headers = bearer((await addPerson(ctx, { admin: true, scopes: ["admin"] })).accessToken);
  await fresh.call({ method: "DELETE", path, headers });
  await openFacadesOfSettings(ctx);
  expect((await fresh.get("/servicex/transformation")).status).toBe(401);
  const [row] = await ctx.db.query<{ owner: string }>("SELECT owner FROM facade_callers");
  await fresh.call({ method: "DELETE", path: `/v1/users/${row?.owner}`, headers });
  await openFacadesOfSettings(ctx);
  expect((await fresh.get("/servicex/transformation")).status).toBe(401);
  await fresh.close();
});
