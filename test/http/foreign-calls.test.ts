// A page of another site must not act for whoever is signed in here: every call that changes
// something, of the OpenAPI document, of façades and of pages, with the cookie of an administrator.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { addPerson, browserOf, type Person } from "../support/people.ts";
import { decided } from "./decided.ts";
import { addressOf, type Case, cases, contentOf, type Fixture, withFacades } from "./every-call.ts";

let api: Api;
let fixture: Fixture;
let admin: Person;
let cookie: string;
let origin: string;

beforeAll(async () => {
  api = await openApi({ env: { ENABLE_AUTH: "true", ...withFacades } });
  const { ctx } = api.ledger;
  admin = await addPerson(ctx, { admin: true });
  const request = await api.ledger.submit(1, { owner: admin.id });
  await api.ledger.published(request, 1);
  const { dataset } = await api.ledger.read(request);
  // A signed address of a file would do its work, whoever calls: this file is none.
  fixture = { request, file: 999_999, dataset: dataset.id };
  ({ cookie = "", origin = "" } = await browserOf(ctx, admin.id));
});

afterAll(() => api.close());

const nameOf = ({ method, path }: Pick<Case, "method" | "path">) =>
  `${method.toUpperCase()} ${path}`;

const upload: Case = { method: "put", path: "/objects/{id}/{result}", access: "service.health" };
const changing = [...cases, upload].filter(({ method }) => method !== "get");
const reading = cases.filter(({ method }) => method === "get");

/** What such a call sends proves by itself that it may be made; the cookie counts for nothing. */
const provenOtherwise = `
  POST /oauth/device_authorization
  POST /oauth/token
  POST /oauth/revoke
  POST /token/refresh
  POST /v1/callbacks/{operation}
  PUT /objects/{id}/{result}
  PUT /servicex/internal/w/{token}/transformation/{id}/file-complete
  POST /servicex/internal/w/{token}/transformation/{id}/{file}/status`
  .trim()
  .split(/\s*\n\s*/);

function send(it: Case, headers: Record<string, string>, method = it.method): Promise<Answer> {
  return api.call({
    method: method.toUpperCase(),
    path: addressOf(it, fixture, api.ledger, { result: "one", user: admin.id, notice: "1" }),
    ...contentOf(it, headers, fixture),
  });
}

/** Each interface has its own form of errors; the sentence is the same. */
const sentences: [word: string, sentence: RegExp][] = [
  ["foreign", /A page of .+ may not call this service\./],
  ["foreign", /A sign-in counts for calls of this service's own pages alone\./],
  ["no proof", /This form is of a page of another sign-in, or of no page of this service\./],
];

function said({ status, text }: Answer): string {
  const word = sentences.find(([, sentence]) => sentence.test(text))?.[0];
  return word === undefined ? String(status) : `${status} ${word}`;
}

/** What a foreign page could want to change, by table. */
async function everything(): Promise<Record<string, unknown[]>> {
  const { query } = api.ledger.ctx.db;
  const tables =
    "users identities sessions api_tokens access_keys groups group_members bindings notices acts " +
    "facade_callers device_codes operation_limits user_shares object_key_generations";
  const statements: [string, string][] = [
    ["requests", "SELECT id, owner, state, round FROM requests ORDER BY id"],
    ["datasets", "SELECT id, state FROM datasets ORDER BY id"],
  ];
  for (const table of tables.split(" "))
    statements.push([table, `SELECT t::text FROM ${table} AS t ORDER BY t::text`]);
  const rows = await Promise.all(
    statements.map(([table, sql]) => query(sql).then((all) => [table, all])),
  );
  return Object.fromEntries(rows);
}

test("they are all the calls that change something, of the document and of what else is served", async () => {
  const { paths } = (await api.get("/openapi.json")).json() as { paths: Record<string, object> };
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => nameOf({ method, path })),
  );
  const served = new Set([...documented, ...decided.keys()]);
  const names = changing.map(nameOf);
  expect([...served].filter((name) => !name.startsWith("GET ")).sort()).toEqual(names.sort());
  expect(provenOtherwise.filter((name) => !names.includes(name))).toEqual([]);
  // The cookie is one: without it the refusals below would prove nothing.
  expect((await api.get("/v1/users", { cookie })).status).toBe(200);
});

test.each([
  ["of another site", { origin: "https://elsewhere.example" }],
  ["without an origin of its own", { origin: "null" }],
  ["at another port of this host", { origin: "http://127.0.0.1:2" }],
  ["of another site, as the browser says", { "sec-fetch-site": "cross-site" }],
])("a page %s makes none of these calls", async (_page, headers) => {
  const before = await everything();
  const answers = await Promise.all(
    changing.map(async (it) => `${nameOf(it)}: ${said(await send(it, { cookie, ...headers }))}`),
  );
  expect(answers).toEqual(changing.map((it) => `${nameOf(it)}: 403 foreign`));
  expect(await everything()).toEqual(before);
});

test.each([
  ["a page of a host next door", { "sec-fetch-site": "same-site" }],
  ["a link or an address that was typed", { "sec-fetch-site": "none" }],
  ["something that does not say where it comes from", {}],
])("the cookie of a session counts for no call of %s", async (_page, headers) => {
  const before = await everything();
  for (const it of changing) {
    const answer = said(await send(it, { cookie, ...headers }));
    const name = nameOf(it);
    if (!provenOtherwise.includes(name)) expect(answer, name).toBe("403 foreign");
    else expect(answer, name).toBe(said(await send(it, headers)));
  }
  expect(await everything()).toEqual(before);
});

test("a form of our own origin counts with the proof of its page alone", async () => {
  const before = await everything();
  const forms = changing.filter(({ form, path }) => form && !path.startsWith("/oauth/"));
  expect(forms.length).toBeGreaterThan(10);
  for (const it of forms)
    expect(said(await send(it, { cookie, origin })), nameOf(it)).toBe("403 no proof");
  expect(await everything()).toEqual(before);
});

test("defect 32: no GET changes anything, and no page of another site may read an answer", async () => {
  const before = await everything();
  for (const it of reading.filter(({ path }) => !path.endsWith("/events")))
    for (const accept of ["application/json", "text/html"]) {
      const headers = { cookie, accept, origin: "https://elsewhere.example" };
      const answer = await send(it, headers);
      expect(answer.headers, nameOf(it)).not.toHaveProperty("access-control-allow-origin");
      // A browser sends no Origin with a link or a picture.
      await send(it, { cookie, accept });
    }
  expect(await everything()).toEqual(before);
  for (const it of changing) {
    const headers = {
      origin: "https://elsewhere.example",
      "access-control-request-method": it.method.toUpperCase(),
      "access-control-request-headers": "authorization, content-type",
    };
    const answer = await send({ ...it, method: "get" }, headers, "options");
    for (const name of Object.keys(answer.headers))
      expect(name, nameOf(it)).not.toMatch(/^access-control-allow/);
  }
});
