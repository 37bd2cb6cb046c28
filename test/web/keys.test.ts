// Administrators make and revoke keys on a page.
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyFacades } from "../../src/auth/keys/keys.ts";
import { type Api, openApi } from "../support/api.ts";
import { addPerson } from "../support/people.ts";
import { openPersonBrowser, type PersonBrowser } from "../support/person-browser.ts";

const markup = `<img src=x onerror="alert(1)">`;
const path = "/admin/keys";
let api: Api;
let boss: PersonBrowser;
let ann: string;
let annsBrowser: PersonBrowser;

beforeAll(async () => {
  api = await openApi({ env: { ENABLE_AUTH: "true", INTERNAL_PORT: "0" } });
  const { ctx } = api.ledger;
  boss = await openPersonBrowser(api, (await addPerson(ctx, { admin: true })).id);
  ann = (await addPerson(ctx)).id;
  annsBrowser = await openPersonBrowser(api, ann);
  await ctx.db.query("UPDATE users SET email = 'ann@uni.example' WHERE id = $1", [ann]);
});
afterAll(() => api.close());

const rowsOf = (name: string) =>
  api.ledger.ctx.db.query<{ id: string; revoked: boolean }>(
    `SELECT id, kind, owner, facade, roots, most_files, expires_at IS NOT NULL AS ends,
       revoked_at IS NOT NULL AS revoked FROM access_keys WHERE name = $1`,
    [name],
  );
const alertIn = (text: string) => /role="alert">([^<]*)</.exec(text)?.[1];

test("a key of the tape façade is made, shown once, and revoked", async () => {
  const name = `gcs ${markup}`;
  const made = await boss.send(path, {
    ...{ name, use: "tape", person: "ann@uni.example", most_files: "100", days: "30" },
    roots: "/gpfs/archive\r\n\r\n /gpfs/runs \r\n",
  });
  expect(made.status, made.text).toBe(200);
  const [secret = ""] = /lsk_[0-9a-f]{24}_[\w-]{43}/.exec(made.text) ?? [];
  expect(secret).not.toBe("");
  const [row] = await rowsOf(name);
  expect(row).toMatchObject({
    ...{ kind: "key", owner: ann, facade: "tape", ends: true, revoked: false },
    ...{ roots: ["/gpfs/archive", "/gpfs/runs"], most_files: 100 },
  });
  const shown = (await boss.open(path)).text;
  expect(shown).not.toContain(secret);
  expect(shown).not.toContain("<img");
  expect(shown).toContain("100 files at once");
  expect(shown).toContain("/gpfs/archive, /gpfs/runs");
  expect(shown).toContain(`href="/admin/users/${ann}"`);

  const revoked = await boss.send(`${path}/${row?.id}/revoke`);
  expect([revoked.status, revoked.headers.location]).toEqual([303, path]);
  expect(await rowsOf(name)).toMatchObject([{ revoked: true }]);
  expect((await boss.open(path)).text).toContain("There are none.");
  const log = (await boss.open("/admin/acts")).text;
  for (const words of ["Key made:", "Key revoked:"]) expect(log).toContain(words);
});

test("a key of the API works for its person, and stops when it is revoked", async () => {
  const made = await boss.send(path, { name: "job", use: "api", person: ann });
  const [secret = ""] = /lsk_[\w-]+/.exec(made.text) ?? [];
  const mine = async () =>
    (await api.get("/v1/requests", { authorization: `Bearer ${secret}` })).status;
  expect(await mine()).toBe(200);
  const [row] = await rowsOf("job");
  await boss.send(`${path}/${row?.id}/revoke`);
  expect(await mine()).toBe(401);
});

test.each(keyFacades)("a key can be for the façade %s", async (facade) => {
  const name = `for ${facade}`;
  expect((await boss.send(path, { name, use: facade, person: ann })).status).toBe(200);
  expect(await rowsOf(name)).toMatchObject([{ kind: "key", facade, roots: [], most_files: null }]);
});

test("what is not accepted is shown again with why, and makes no key", async () => {
  await boss.send(path, { name: "taken", use: "peer" });
  for (const [fields, status, about] of [
    [{ name: "taken", use: "peer" }, 409, "There is, or was, a key"],
    [{ use: "peer" }, 400, "name"],
    [{ name: "x" }, 400, "kind"],
    [{ name: "x", use: "tape" }, 422, "is missing"],
    [{ name: "x", use: "peer", person: ann }, 422, "is not possible"],
    [{ name: "x", use: "tape", person: "nobody@uni.example" }, 422, "There is no account"],
    [{ name: "x", use: "tape", person: ann, roots: "gpfs" }, 400, "absolute path"],
    [{ name: "x", use: "tape", person: ann, most_files: "0" }, 400, "most_files"],
    [{ name: "x", use: "api", person: ann, days: "long" }, 400, "days"],
    [{ name: "x", use: "api", person: ann, roots: "/gpfs" }, 422, "facade"],
  ] as const) {
    const sent = await boss.send(path, fields as unknown as Record<string, string>);
    expect([sent.status, alertIn(sent.text)], JSON.stringify(fields)).toEqual([
      status,
      expect.stringContaining(about),
    ]);
  }
  expect(await rowsOf("x")).toEqual([]);
});

test("others may neither see nor change keys, nor an administrator without a proof", async () => {
  await boss.send(path, { name: "theirs", use: "peer" });
  const [row] = await rowsOf("theirs");
  expect((await annsBrowser.open(path)).status).toBe(403);
  for (const [to, fields] of [
    [path, { name: "hers", use: "peer" }],
    [`${path}/${row?.id}/revoke`, {}],
  ] as const) {
    expect((await annsBrowser.send(to, fields)).status, to).toBe(403);
    expect((await boss.send(to, { ...fields, csrf: "x" })).status, to).toBe(403);
  }
  expect(await rowsOf("hers")).toEqual([]);
  expect(await rowsOf("theirs")).toMatchObject([{ revoked: false }]);
});
