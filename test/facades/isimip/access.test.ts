// Who may call the ISIMIP Files API, and from which sites.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConfigError, readConfig } from "../../../src/config.ts";
import { closeFacade, openFacade, usualQuota } from "../../../src/users/facade-callers.ts";
import { type Api, openApi } from "../../support/api.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { addPerson, bearer, browserOf } from "../../support/people.ts";

const folder = temporaryFolder("isimip-access");
const site = "https://data.example.org";
let api: Api;

beforeAll(async () => {
  mkdirSync(join(folder, "a"));
  for (const name of ["x.nc", "y.nc"]) writeFileSync(join(folder, "a", name), name);
  api = await openApi({
    env: {
      ...{ ENABLE_AUTH: "true", OPERATIONS: "extract", INPUT_ROOTS: folder },
      ...{ ISIMIP_INPUT_PATH: folder, ISIMIP_CORS_ORIGINS: site },
    },
  });
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const root = "/isimip/api/v2";
const job = (path = "a/x.nc") => ({
  paths: [path],
  operations: [{ operation: "cutout_bbox", bbox: [0, 10, 0, 10] }],
});
const system = { kind: "system", name: "test" } as const;

test("without a name nobody is taken, unless it is open; then they neither stop nor delete", async () => {
  const refused = await api.post(root, job());
  expect([refused.status, refused.json()]).toEqual([
    401,
    { status: "error", errors: { caller: ["Sign in, or send a token: this call needs one."] } },
  ]);
  await openFacade(api.ledger.ctx, system, "isimip", {
    ...usualQuota,
    openRequests: 1,
    mostFiles: 1,
  });
  const made = await api.post(root, job());
  expect(made.status, made.text).toBe(201);
  const { id } = made.json();
  expect((await api.get(`${root}/${id}`)).json()).toMatchObject({ id, status: "queued", meta: {} });
  expect((await api.call({ method: "DELETE", path: `${root}/${id}` })).status).toBe(401);
  const second = await api.post(root, job("a/y.nc"));
  expect([second.status, second.json()]).toMatchObject([429, { status: "error" }]);
  const many = await api.post(root, { ...job(), paths: ["a/x.nc", "a/y.nc"] });
  expect([many.status, many.json()]).toMatchObject([413, { status: "error" }]);
  await closeFacade(api.ledger.ctx, system, "isimip");
  expect((await api.get(`${root}/${id}`)).status).toBe(401);
});

test("a person sees their own jobs alone, by the same id", async () => {
  const [ann, bob] = [await addPerson(api.ledger.ctx), await addPerson(api.ledger.ctx)];
  const [own, foreign] = [bearer(ann.accessToken), bearer(bob.accessToken)];
  const { id } = (await api.post(root, job(), own)).json();
  expect((await api.get(`${root}/${id}`, foreign)).status).toBe(404);
  expect((await api.get(root, foreign)).json().jobs).toMatchObject({ started: 0 });
  expect((await api.get(root, own)).json().jobs).toMatchObject({ started: 1 });
  const same = await api.post(root, job(), foreign);
  expect([same.status, same.json().id]).toEqual([201, id]);
  const gone = await api.call({ method: "DELETE", path: `${root}/${id}`, headers: own });
  expect(gone.status, gone.text).toBe(204);
  expect((await api.get(`${root}/${id}`, foreign)).status).toBe(200);
});

test("pages of the sites that are named may call it, with a token and never with a cookie", async () => {
  const preflight = { "access-control-request-method": "POST" };
  const asked = await api.call({
    ...{ method: "OPTIONS", path: root, headers: { origin: site, ...preflight } },
  });
  expect([asked.status, asked.headers]).toMatchObject([
    204,
    {
      "access-control-allow-origin": site,
      "access-control-allow-headers": "authorization, content-type, range",
    },
  ]);
  expect(asked.headers).not.toHaveProperty("access-control-allow-credentials");
  const ann = await addPerson(api.ledger.ctx);
  const from = { origin: site, "sec-fetch-site": "cross-site" };
  const withToken = await api.post(root, job(), { ...bearer(ann.accessToken), ...from });
  expect([withToken.status, withToken.headers]).toMatchObject([
    201,
    { "access-control-allow-origin": site, vary: "origin" },
  ]);
  const browser = await browserOf(api.ledger.ctx, ann.id);
  const withCookie = await api.post(root, job(), { ...browser, ...from });
  expect(withCookie.status).toBe(401);
  const other = { origin: "https://other.example.org", "sec-fetch-site": "cross-site" };
  const foreign = await api.post(root, job(), { ...bearer(ann.accessToken), ...other });
  expect(foreign.status).toBe(403);
  expect(foreign.headers).not.toHaveProperty("access-control-allow-origin");
  const elsewhere = await api.post("/v1/requests", {}, { ...bearer(ann.accessToken), ...from });
  expect(elsewhere.status).toBe(403);
});

test("with identity off no other site is let in, and the start says so", () => {
  for (const [name, value] of [
    ["ISIMIP_CORS_ORIGINS", site],
    ["ISIMIP_ANONYMOUS", "true"],
  ] as const)
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
});

test.each([
  [{ ISIMIP_INPUT_PATH: "/etc" }, /ISIMIP_INPUT_PATH is "\/etc", which is not below a folder/],
  [
    { ISIMIP_INPUT_PATH: folder, OPERATIONS: "noop,transform" },
    /operation extract, which OPERATIONS \(noop,transform\) does not name/,
  ],
  [{ ISIMIP_POINT_ORDER: "lat" }, /ISIMIP_POINT_ORDER.*latlon, lonlat/],
  [{ ISIMIP_CORS_ORIGINS: "data.example.org", ENABLE_AUTH: "true" }, /ISIMIP_CORS_ORIGINS/],
])("the settings %j are refused", (env, message) => {
  expect(() => readConfig({ INPUT_ROOTS: folder, ...env })).toThrow(message);
});
